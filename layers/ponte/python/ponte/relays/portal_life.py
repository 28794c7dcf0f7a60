"""What a portal tells about itself: a line deleted, the connector switched off, the app removed."""

from ponte.bitrix24.values import AppUninstalled, ConnectorSwitchedOff, LineDeleted
from ponte.relays.decisions import Decision, Finish, Park, Step, Steps, refused
from ponte.relays.effects import EraseTenant, ForgetPortal, SetLineActive, SetUpPortal


def decide(
    event: LineDeleted | ConnectorSwitchedOff | AppUninstalled, connector: str, member_id: str, steps: Steps
) -> Decision:
    """connector: ours, for events that name the line alone. An uninstallation that asks for it erases all we keep."""
    if "apply" not in steps:
        match event:
            case LineDeleted():
                return Step("apply", SetLineActive(connector, event.line, active=False))
            case ConnectorSwitchedOff():
                return Step("apply", SetLineActive(event.connector, event.line, active=False))
            case AppUninstalled():
                return Step("apply", ForgetPortal(event.clean))
    if isinstance(event, AppUninstalled) and event.clean and "erase" not in steps:
        return Step("erase", EraseTenant(member_id))
    return Finish()


def decide_set_up(steps: Steps) -> Decision:
    """After an installation or an update of the app: Bitrix24 drops all handlers on updates."""
    if "set_up" not in steps:
        return Step("set_up", SetUpPortal())
    code = refused(steps, "set_up")
    return Park(f"reason.bitrix24.{code}", str(steps["set_up"].get("detail", ""))) if code is not None else Finish()
