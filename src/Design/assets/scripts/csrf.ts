/** The header that a write by this page's own sign-in must carry. */
export function csrf(): Record<string, string> {
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
  return token ? { "X-CSRF-TOKEN": token } : {};
}
