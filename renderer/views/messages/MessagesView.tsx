// The Messages view: accepted mail, its source, headers and parts.
export function MessagesView() {
  return null;
}
