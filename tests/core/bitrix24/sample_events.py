"""What each sample of an event is read as."""

from typing import Any

from ponte.bitrix24.values import (
    AppInstalled,
    AppPayment,
    AppUninstalled,
    AppUpdated,
    ConnectorSwitchedOff,
    DialogFinished,
    DialogStarted,
    Event,
    Ignored,
    LineDeleted,
    OperatorDelete,
    OperatorEdit,
    OperatorFile,
    OperatorMessage,
)

MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKEN = "d5a1f6c0e9b84723a6c1e0f9b8d7c6a5"
TS = 1773759161
C, L, X = "wa_cloud_bridge", 107, "5511900000001"
WAMID = ("wamid.FAKE0001AAAA",)


def message(im: str, text: str, author: str = "27", files: tuple[OperatorFile, ...] = ()) -> OperatorMessage:
    return OperatorMessage(C, L, "1807", im, X, author, text, files, TS)


def file(name: str, mime: str, link: str, size: int) -> OperatorFile:
    kind = "image" if mime.startswith("image/") else "file"
    return OperatorFile(name, kind, mime, f"https://contoso.bitrix24.com.br/~{link}", size)


IMAGE = OperatorFile("vitrine.jpg", "image", "image/jpeg", "https://contoso.bitrix24.com.br/~aB3xK#img.jpg", 245871)
PDF = OperatorFile("Orçamento 4512.pdf", "file", "application/pdf", "https://contoso.bitrix24.com.br/~Qz91p", 88123)
BBCODE = (
    "[b]Ana Souza:[/b] [br]Segue o resumo:\n[B]Pedido[/B] 4512\n[i]Entrega:[/i] amanhã\n"
    "[URL=https://contoso.example/p/4512?x=1&y=2]Acompanhar[/URL]"
)
ANA = "[b]Ana Souza:[/b] "
FENCE = "-" * 54
QUOTING = f"{ANA}[br]{FENCE}\nMaria Silva [17.03.2026 10:00] #chat1807/90005\nQuanto custa?\n{FENCE}\n"
WELCOME = "Bem-vindo! O primeiro operador disponível vai responder."
GRANT: dict[str, Any] = {
    "expires_in": 3600,
    "domain": "contoso.bitrix24.com.br",
    "client_endpoint": "https://contoso.bitrix24.com.br/rest/",
    "server_endpoint": "https://oauth.bitrix.info/rest/",
    "scope": "crm,im,imopenlines,imconnector,user_brief,placement",
    "user_id": "1",
    "at": TS,
}
EXPECTED: dict[str, Event] = {
    "messageadd_text_signed": message("86497", "[b]Ana Souza:[/b] [br]Boa tarde! Como posso ajudar?"),
    "messageadd_text_unsigned": message("86499", "Boa tarde! Como posso ajudar?"),
    "messageadd_multiline_bbcode": message("86503", BBCODE),
    "messageadd_image": message("86505", "[b]Ana Souza:[/b] ", files=(IMAGE,)),
    "messageadd_document_caption": message("86507", "[b]Ana Souza:[/b] [br]Orçamento em anexo", files=(PDF,)),
    "messageadd_system_auto_text": message("86511", WELCOME, author="0"),
    "messageadd_no_user_token": message("86513", "Lembrete automático do pedido 4512"),
    "messageadd_video": message(
        "90121", f"{ANA}[br]O vídeo da visita", files=(file("visita.mp4", "video/mp4", "vD1aa", 224),)
    ),
    "messageadd_audio": message("90123", ANA, files=(file("resumo.mp3", "audio/mpeg", "aU1bb", 210),)),
    "messageadd_voice": message("90125", ANA, files=(file("voz.ogg", "audio/ogg", "vC1cc", 247),)),
    "messageadd_sticker": message("90127", ANA, files=(file("oi.webp", "image/webp", "sT1dd#img.webp", 130),)),
    "messageadd_several_files": message(
        "90129",
        f"{ANA}[br]Fotos e planta",
        files=(file("sala.jpg", "image/jpeg", "p1#img.jpg", 200), file("planta.pdf", "application/pdf", "p2", 215)),
    ),
    "messageadd_file_gone": message(
        "90145", f"{ANA}[br]Segue o contrato", files=(file("contrato.pdf", "application/pdf", "gone", 88123),)
    ),
    "messageadd_reply_quote": message("90131", f"{QUOTING}Dez reais"),
    "messageadd_command_reaction": message("90133", f"{QUOTING}/reagir :f09f918d:"),
    "messageadd_command_template": message("90135", f"{ANA}[br]/modelo pedido_pronto pt_BR\n{{primeiro_nome}}\n4512"),
    "messageadd_command_template_file": message(
        "90147",
        f"{ANA}[br]/modelo visita_marcada\n{{primeiro_nome}}",
        files=(file("sala.jpg", "image/jpeg", "tH1ee#img.jpg", 200),),
    ),
    "messageadd_command_template_wrong_file": message(
        "90149",
        f"{ANA}[br]/modelo visita_marcada\n{{primeiro_nome}}",
        files=(file("planta.pdf", "application/pdf", "tH2ff", 215),),
    ),
    "messageadd_command_buttons": message(
        "90137", f"{ANA}[br]/botoes\nPosso confirmar a visita?\n- Confirmar\n- Remarcar"
    ),
    "messageadd_command_list": message(
        "90139", f"{ANA}[br]/lista Ver horários\nQual horário prefere?\n- 9h | com Dr. Paulo\n- 14h"
    ),
    "messageadd_command_link": message(
        "90141", f"{ANA}[br]/link Abrir proposta https://contoso.example/p/4512\nA sua proposta está pronta."
    ),
    "messageadd_command_refused": message("90143", f"{ANA}[br]/botoes\nPosso confirmar a visita?"),
    "messageupdate": OperatorEdit(
        C, L, "1807", "86497", X, "", "[b]Ana Souza:[/b][br] Boa tarde! Em que posso ajudar?", WAMID, TS
    ),
    "messagedelete": OperatorDelete(C, L, "1807", "86497", X, WAMID, TS),
    "dialogstart": DialogStarted(C, L, X, "3282", "585", TS),
    "dialogfinish": DialogFinished(C, L, X, "3282", "585", TS),
    "linedelete": LineDeleted(107, TS),
    "statusdelete": ConnectorSwitchedOff(C, L, TS),
    "onappinstall_api_only": AppInstalled(
        "66001eef0071b0008440001b89610219", "663c89bb0071b0008440001b8c8006ed", status="L", version="1", **GRANT
    ),
    "onappupdate": AppUpdated(
        "66003dde0071b0008440001b89629b32", "663ca8aa0071b0008440001b8c81a006", status="F", version="2", **GRANT
    ),
    "onappuninstall_clean": AppUninstalled(clean=True, at=TS),
    "onappuninstall_keep_data": AppUninstalled(clean=False, at=TS),
    "onapppayment": AppPayment(status="S", payment_expired=False, days=28, at=TS),
    "onapptest": Ignored("ONAPPTEST", "probe"),
    "offlineevent": Ignored("ONOFFLINEEVENT", "probe"),
    "crmcontactupdate": Ignored("ONCRMCONTACTUPDATE", "crm"),
    "outgoing_webhook_crmleadadd": Ignored("ONCRMLEADADD", "crm"),
}
