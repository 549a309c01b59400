// Opens and closes the native <dialog>s of ConfirmDialog.razor.
document.addEventListener("click", event => {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-opens]");
  if (opener) dialog(opener.dataset.opens!)?.showModal();
  if (target.closest("[data-closes]")) target.closest("dialog")?.close();
  // A press on the backdrop hits the dialog itself, not what is in it.
  if (target instanceof HTMLDialogElement && !inside(target, event)) target.close();
});

function dialog(id: string): HTMLDialogElement | null {
  return document.getElementById(id) as HTMLDialogElement | null;
}

function inside(element: Element, event: MouseEvent): boolean {
  const box = element.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}
