"""Why Bitrix24 did not take something: "reason.bitrix24.<code>" for every code of bitrix24/errors.py, for people.

{detail} is what the portal itself said, often in the portal's language; it may be empty.
"""

TEXTS: dict[str, dict[str, str]] = {
    "reason.bitrix24.default": {
        "pt-BR": "O Bitrix24 recusou o pedido ({code}). {detail}",
        "en": "Bitrix24 refused the request ({code}). {detail}",
    },
    "reason.bitrix24.expired_token": {
        "pt-BR": (
            "O Bitrix24 não aceitou o token de acesso, nem depois de renovado. Verifique a instalação do "
            "aplicativo e reenvie."
        ),
        "en": "Bitrix24 refused the access token even after a renewal. Check the app's installation, then redrive.",
    },
    "reason.bitrix24.no_grant": {
        "pt-BR": (
            "Não há tokens guardados para este portal Bitrix24. Um administrador deve instalar o aplicativo de "
            "novo; depois reenvie."
        ),
        "en": (
            "No tokens are stored for this Bitrix24 portal. An administrator must install the app again; then redrive."
        ),
    },
    "reason.bitrix24.portal_reauth": {
        "pt-BR": (
            "O Bitrix24 não aceita mais a autorização deste portal. Um administrador deve reinstalar o "
            "aplicativo; depois reenvie."
        ),
        "en": (
            "Bitrix24 no longer accepts this portal's authorisation. An administrator must reinstall the app; "
            "then redrive."
        ),
    },
    "reason.bitrix24.portal_disabled": {
        "pt-BR": "O aplicativo foi removido deste portal Bitrix24. Instale-o de novo e reenvie.",
        "en": "The app was removed from this Bitrix24 portal. Install it again, then redrive.",
    },
    "reason.bitrix24.query_limit_exceeded": {
        "pt-BR": (
            "O Bitrix24 pediu para ir mais devagar: pedidos demais em pouco tempo. A mensagem espera e tenta de "
            "novo sozinha."
        ),
        "en": (
            "Bitrix24 asked to slow down: too many requests in a short time. The message waits and tries again "
            "by itself."
        ),
    },
    "reason.bitrix24.operation_time_limit": {
        "pt-BR": (
            "O Bitrix24 limitou o tempo de uso deste método por alguns minutos. A mensagem espera e tenta de "
            "novo sozinha."
        ),
        "en": (
            "Bitrix24 limited the running time of this method for some minutes. The message waits and tries "
            "again by itself."
        ),
    },
    "reason.bitrix24.overload_limit": {
        "pt-BR": (
            "O Bitrix24 bloqueou a API deste portal por sobrecarga. Fale com o suporte do Bitrix24; depois reenvie."
        ),
        "en": "Bitrix24 blocked this portal's API for overload. Talk to Bitrix24 support, then redrive.",
    },
    "reason.bitrix24.no_auth_found": {
        "pt-BR": "O Bitrix24 não reconhece a autorização do aplicativo. Reinstale o aplicativo no portal e reenvie.",
        "en": "Bitrix24 does not recognise the app's authorisation. Reinstall the app in the portal, then redrive.",
    },
    "reason.bitrix24.invalid_token": {
        "pt-BR": "O Bitrix24 não reconhece o token do aplicativo. Reinstale o aplicativo no portal e reenvie.",
        "en": "Bitrix24 does not recognise the app's token. Reinstall the app in the portal, then redrive.",
    },
    "reason.bitrix24.application_not_found": {
        "pt-BR": "O aplicativo não existe mais neste portal Bitrix24. Instale-o de novo e reenvie.",
        "en": "The app no longer exists in this Bitrix24 portal. Install it again, then redrive.",
    },
    "reason.bitrix24.authorization_error": {
        "pt-BR": "O Bitrix24 recusou a autorização do aplicativo. Reinstale o aplicativo no portal e reenvie.",
        "en": "Bitrix24 refused the app's authorisation. Reinstall the app in the portal, then redrive.",
    },
    "reason.bitrix24.payment_required": {
        "pt-BR": "A assinatura do aplicativo ou do portal Bitrix24 venceu. Regularize o pagamento e reenvie.",
        "en": "The subscription of the app or of the Bitrix24 portal has ended. Settle the payment, then redrive.",
    },
    "reason.bitrix24.not_installed": {
        "pt-BR": (
            "A instalação do aplicativo não foi concluída neste portal. Abra o aplicativo no Bitrix24 para "
            "concluir e reenvie."
        ),
        "en": (
            "The app's installation was not finished in this portal. Open the app in Bitrix24 to finish it, then "
            "redrive."
        ),
    },
    "reason.bitrix24.insufficient_scope": {
        "pt-BR": (
            "Falta ao aplicativo uma permissão do Bitrix24 (imopenlines, imconnector, im, crm, user_brief). "
            "Ajuste as permissões, reinstale e reenvie."
        ),
        "en": (
            "The app lacks a Bitrix24 permission (imopenlines, imconnector, im, crm, user_brief). Adjust the "
            "permissions, reinstall, then redrive."
        ),
    },
    "reason.bitrix24.wrong_auth_type": {
        "pt-BR": (
            "O Bitrix24 só aceita este pedido de um aplicativo instalado, não de um webhook. Instale o Ponte "
            "como aplicativo e reenvie."
        ),
        "en": (
            "Bitrix24 takes this request from an installed app only, not from a webhook. Install Ponte as an "
            "app, then redrive."
        ),
    },
    "reason.bitrix24.invalid_credentials": {
        "pt-BR": (
            "O usuário que instalou o aplicativo não tem direitos para isto no Bitrix24. Dê-lhe os direitos, ou "
            "reinstale como administrador, e reenvie."
        ),
        "en": (
            "The user who installed the app lacks the rights for this in Bitrix24. Grant them, or reinstall as "
            "an administrator, then redrive."
        ),
    },
    "reason.bitrix24.access_denied": {
        "pt-BR": (
            "O Bitrix24 negou o acesso: o plano do portal ou os direitos do usuário que instalou o aplicativo "
            "não bastam. Ajuste e reenvie."
        ),
        "en": (
            "Bitrix24 denied access: the portal's plan or the rights of the user who installed the app do not "
            "suffice. Adjust, then redrive."
        ),
    },
    "reason.bitrix24.user_access_error": {
        "pt-BR": (
            "O usuário que instalou o aplicativo não tem mais acesso a ele no Bitrix24. Reinstale como "
            "administrador e reenvie."
        ),
        "en": (
            "The user who installed the app no longer has access to it in Bitrix24. Reinstall as an "
            "administrator, then redrive."
        ),
    },
    "reason.bitrix24.portal_deleted": {
        "pt-BR": "Este portal Bitrix24 foi excluído ou está fechado.",
        "en": "This Bitrix24 portal was deleted or is closed.",
    },
    "reason.bitrix24.not_active_line": {
        "pt-BR": (
            "O canal aberto não existe ou o conector não está ativo nele. Ative o conector no Contact Center do "
            "Bitrix24 e reenvie."
        ),
        "en": (
            "The open line does not exist or the connector is not active on it. Activate it in Bitrix24's "
            "Contact Center, then redrive."
        ),
    },
    "reason.bitrix24.imconnector_no_correct_provider": {
        "pt-BR": "O Bitrix24 não conhece o conector do Ponte neste portal. Reinstale o aplicativo e reenvie.",
        "en": "Bitrix24 does not know Ponte's connector in this portal. Reinstall the app, then redrive.",
    },
    "reason.bitrix24.error_argument": {
        "pt-BR": "O Bitrix24 não aceitou um dos dados enviados. {detail}",
        "en": "Bitrix24 did not accept one of the values sent. {detail}",
    },
    "reason.bitrix24.error_method_not_found": {
        "pt-BR": "Este portal Bitrix24 não oferece a função pedida: falta uma permissão ou o portal é antigo. {detail}",
        "en": (
            "This Bitrix24 portal does not offer the function asked for: a permission is missing or the portal "
            "is old. {detail}"
        ),
    },
    "reason.bitrix24.error_event_not_found": {
        "pt-BR": "Este portal Bitrix24 não conhece um dos eventos pedidos. Verifique as permissões do aplicativo.",
        "en": "This Bitrix24 portal does not know one of the events asked for. Check the app's permissions.",
    },
    "reason.bitrix24.access_error": {
        "pt-BR": (
            "O usuário que instalou o aplicativo não pode abrir esta conversa no Bitrix24. Dê-lhe acesso ao "
            "canal aberto e reenvie."
        ),
        "en": (
            "The user who installed the app cannot open this chat in Bitrix24. Give them access to the open "
            "line, then redrive."
        ),
    },
    "reason.bitrix24.chat_not_in_crm": {
        "pt-BR": "A conversa não pertence a este registro do CRM.",
        "en": "The chat does not belong to this CRM record.",
    },
    "reason.bitrix24.crm_chat_empty_crm_data": {
        "pt-BR": "O registro do CRM não foi encontrado.",
        "en": "The CRM record was not found.",
    },
    "reason.bitrix24.connector_id_required": {
        "pt-BR": "O conector foi registrado sem identificador. Verifique o parâmetro ConnectorId da instalação.",
        "en": "The connector was registered without an id. Check the deployment's ConnectorId parameter.",
    },
    "reason.bitrix24.application_registration_error": {
        "pt-BR": "O Bitrix24 não conseguiu registrar o conector. Reinstale o aplicativo.",
        "en": "Bitrix24 could not register the connector. Reinstall the app.",
    },
    "reason.bitrix24.application_unregistration_error": {
        "pt-BR": "O Bitrix24 não conseguiu remover o conector.",
        "en": "Bitrix24 could not remove the connector.",
    },
    "reason.bitrix24.internal_server_error": {
        "pt-BR": "O Bitrix24 falhou ao atender o pedido. Confira a conversa e reenvie se a mensagem não estiver lá.",
        "en": "Bitrix24 failed while serving the request. Check the chat, and redrive if the message is not there.",
    },
    "reason.bitrix24.error_unexpected_answer": {
        "pt-BR": "O Bitrix24 falhou ao atender o pedido. Confira a conversa e reenvie se a mensagem não estiver lá.",
        "en": "Bitrix24 failed while serving the request. Check the chat, and redrive if the message is not there.",
    },
    "reason.bitrix24.invalid_grant": {
        "pt-BR": (
            "O Bitrix24 não aceita mais a autorização deste portal. Um administrador deve reinstalar o "
            "aplicativo; depois reenvie."
        ),
        "en": (
            "Bitrix24 no longer accepts this portal's authorisation. An administrator must reinstall the app; "
            "then redrive."
        ),
    },
    "reason.bitrix24.invalid_client": {
        "pt-BR": "O client_id ou o client_secret do aplicativo não confere. Corrija o segredo da instalação e reenvie.",
        "en": "The app's client_id or client_secret does not match. Correct the deployment's secret, then redrive.",
    },
    "reason.bitrix24.wrong_client": {
        "pt-BR": "O client_id ou o client_secret do aplicativo não confere. Corrija o segredo da instalação e reenvie.",
        "en": "The app's client_id or client_secret does not match. Correct the deployment's secret, then redrive.",
    },
    "reason.bitrix24.invalid_request": {
        "pt-BR": (
            "O servidor de autorização do Bitrix24 não aceitou o pedido de renovação. Reinstale o aplicativo e reenvie."
        ),
        "en": "Bitrix24's authorisation server did not accept the renewal. Reinstall the app, then redrive.",
    },
    "reason.bitrix24.invalid_scope": {
        "pt-BR": "As permissões do aplicativo mudaram no Bitrix24. Reinstale o aplicativo e reenvie.",
        "en": "The app's permissions have changed in Bitrix24. Reinstall the app, then redrive.",
    },
    "reason.bitrix24.unauthorized_client": {
        "pt-BR": (
            "O aplicativo não está autorizado no servidor do Bitrix24. Verifique o cadastro do aplicativo e reenvie."
        ),
        "en": "The app is not authorised at Bitrix24's server. Check its registration, then redrive.",
    },
    "reason.bitrix24.unsupported_grant_type": {
        "pt-BR": (
            "O servidor de autorização do Bitrix24 não aceitou o pedido de renovação. Reinstale o aplicativo e reenvie."
        ),
        "en": "Bitrix24's authorisation server did not accept the renewal. Reinstall the app, then redrive.",
    },
    "reason.bitrix24.message_refused": {
        "pt-BR": "O Bitrix24 não aceitou esta mensagem. {detail}",
        "en": "Bitrix24 did not accept this message. {detail}",
    },
    "reason.bitrix24.no_session": {
        "pt-BR": (
            "O Bitrix24 recebeu a mensagem, mas não abriu o atendimento: ninguém a viu. Confira a conversa e reenvie."
        ),
        "en": "Bitrix24 took the message but opened no session: nobody saw it. Check the chat, then redrive.",
    },
    "reason.bitrix24.redirect_refused": {
        "pt-BR": (
            "O portal respondeu com um endereço que não é do Bitrix24; o pedido não foi repetido ali. Verifique "
            "o domínio do portal."
        ),
        "en": (
            "The portal answered with an address that is not Bitrix24's; the request was not repeated there. "
            "Check the portal's domain."
        ),
    },
    "reason.bitrix24.unreadable_answer": {
        "pt-BR": (
            "O Bitrix24 respondeu algo que o Ponte não entende. Confira a conversa e reenvie se a mensagem não "
            "estiver lá."
        ),
        "en": (
            "Bitrix24 answered something Ponte does not understand. Check the chat, and redrive if the message "
            "is not there."
        ),
    },
    "reason.bitrix24.refused": {
        "pt-BR": "O Bitrix24 recusou o pedido sem dizer por quê.",
        "en": "Bitrix24 refused the request without saying why.",
    },
    "reason.bitrix24.http_401": {
        "pt-BR": "O Bitrix24 recusou a autorização. Reinstale o aplicativo no portal e reenvie.",
        "en": "Bitrix24 refused the authorisation. Reinstall the app in the portal, then redrive.",
    },
    "reason.bitrix24.http_403": {
        "pt-BR": (
            "O Bitrix24 barrou o pedido antes de lê-lo (restrição de acesso do portal). Libere o acesso e reenvie."
        ),
        "en": (
            "Bitrix24 stopped the request before reading it (the portal's access restrictions). Allow it, then redrive."
        ),
    },
    "reason.bitrix24.http_404": {
        "pt-BR": "O portal Bitrix24 não foi encontrado neste endereço. Verifique o domínio do portal e reenvie.",
        "en": "The Bitrix24 portal was not found at this address. Check the portal's domain, then redrive.",
    },
}
