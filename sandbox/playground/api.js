// Calls of the sandbox's play and control API. Every answer is JSON; a refusal becomes an Error with a readable sentence.

export class Refused extends Error {
  constructor(status, answer) {
    const where = answer?.path ? ` (${answer.path})` : "";
    super(answer?.error ? `${answer.error}${where}` : `O sandbox respondeu ${status}.`);
    this.status = status;
  }
}

export async function call(method, path, body) {
  const request = { method, headers: { Accept: "application/json" }, cache: "no-store" };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Error("Sem contato com o sandbox.");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export const state = () => call("GET", "/play/state");
export const customer = (message) => call("POST", "/play/customer", message);
export const operator = (message) => call("POST", "/play/operator", message);
export const read = (wamid) => call("POST", "/play/read", { wamid });
export const fail = (wamid, code) => call("POST", "/play/fail", { wamid, code });
export const rewind = (who, hours) => call("POST", "/play/rewind", { ...who, hours });
export const receipts = (mode) => call("POST", "/play/receipts", { mode });
export const setFaults = (faults) => call("POST", "/faults", faults);
export const clearFaults = () => call("DELETE", "/faults");

// The way of one message, null while nothing is known of it.
export async function trace(sourceId) {
  try {
    return await call("GET", `/trace/${encodeURIComponent(sourceId)}`);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}
