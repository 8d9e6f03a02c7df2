// The colours in which the first match of a selector (arguments[0]) is seen, as sRGB bytes: text and what is behind it.
// They are painted onto a canvas, layer by layer, so every notation and every transparency comes out right.
const element = document.querySelector(arguments[0]);
if (!element) return null;

const lineage = [];
for (let e = element; e; e = e.parentElement) lineage.unshift(getComputedStyle(e));

const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const context = canvas.getContext('2d', { willReadFrequently: true });
const paint = (colour, opacity) => {
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
};
const painted = () => [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];

// What the browser itself paints under a page depends on the page's colour scheme.
const probe = document.createElement('div');
probe.style.backgroundColor = 'Canvas';
document.documentElement.append(probe);
paint(getComputedStyle(probe).backgroundColor, 1);
probe.remove();

let opacity = 1;
for (const style of lineage) {
  opacity *= Number(style.opacity);
  paint(style.backgroundColor, opacity);
}
const background = painted();
paint(lineage.at(-1).color, opacity);
return { text: painted(), background };
