// Keeps the images of one drawing up to date. The widget behind it is never shown: it looks for images by their key.

// The image JupyterLab makes of an SVG output carries the whole of it in its address.
function address(svg) {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export default {
  initialize({ model }) {
    const key = model.get("key");
    const selector = `img[src*="${CSS.escape(key)}"]`;
    // Images that are off the page at the moment keep their place here and are brought up to date too.
    const known = new Set();

    // Put the newest drawing into every image of this key.
    function draw() {
      const src = address(model.get("svg"));
      for (const image of document.querySelectorAll(selector)) known.add(image);
      for (const image of known) {
        if (image.src !== src) image.src = src;
        image.alt = model.get("alt");
      }
    }

    // A cell was scrolled into the page, or a page was opened again: its image may be an old one.
    function appeared(event) {
      if (event.animationName === "wslab-image-appears" && event.target.src?.includes(key)) draw();
    }

    document.addEventListener("animationstart", appeared);
    model.on("change:svg", draw);
    draw();
    return () => {
      document.removeEventListener("animationstart", appeared);
      model.off("change:svg", draw);
    };
  },
};
