// Calls of the fake Chatwoot's play API.

import { call } from "./api.js";

export const state = () => call("GET", "/play/chatwoot");
export const save = (contact) => call("POST", "/play/chatwoot/save", contact);
export const remove = (contact) => call("POST", "/play/chatwoot/delete", contact);
export const merge = (contacts) => call("POST", "/play/chatwoot/merge", contacts);
