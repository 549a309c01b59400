// A picture's state as the server makes it, by server-sent events.
export interface State {
  status: "processing" | "ready" | "failed";
  failureCode?: string | null;
  failureDetail?: string | null;
}

/** Calls back on every change until the picture is ready or has failed. A lost connection is taken up again by the browser. */
export function watch(id: string, onState: (state: State) => void): () => void {
  const events = new EventSource(`/api/images/${id}/events`);
  events.onmessage = event => {
    const state = JSON.parse(event.data) as State;
    if (isFinal(state)) events.close();
    onState(state);
  };
  return () => events.close();
}

export function isFinal(state: State): boolean {
  return state.status === "ready" || state.status === "failed";
}
