// Streamlit gives a component its theme as variables but does not say whether it is dark.

/** Whether the page's ground behind `element` is dark. */
export function isDark(element) {
  const ground = getComputedStyle(element).getPropertyValue('--st-background-color').trim();
  const hex = /^#([0-9a-f]{6})$/i.exec(ground);
  const parts = hex ? [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16)) : (ground.match(/[\d.]+/g) || [255, 255, 255]).map(Number);
  const [red, green, blue] = parts;
  return red * 0.2126 + green * 0.7152 + blue * 0.0722 < 110;
}

/** An element with a class and a text; texts are data, so they never become markup. */
export function element(tag, className = '', text = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}
