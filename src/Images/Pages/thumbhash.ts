// A ThumbHash is about 25 bytes: the picture's lowest frequencies, four bits each. https://evanw.github.io/thumbhash/

/** Draws a ThumbHash (base64) about 32 pixels wide and gives it as a data URL; null when it is none. */
export function placeholder(base64: string): string | null {
  const hash = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  if (hash.length < 6) return null;
  const { width, height, pixels } = decode(hash);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas.toDataURL();
}

export function decode(hash: Uint8Array): { width: number; height: number; pixels: Uint8ClampedArray<ArrayBuffer> } {
  const at = (index: number) => hash[index] ?? 0;
  const first = at(0) | (at(1) << 8) | (at(2) << 16);
  const second = at(3) | (at(4) << 8);
  const hasAlpha = (first >> 23) === 1;
  const landscape = (second >> 15) === 1;
  const long = hasAlpha ? 5 : 7;
  const short = second & 7;
  const columns = landscape ? long : short;
  const rows = landscape ? short : long;

  let nibble = (hasAlpha ? 6 : 5) * 2;
  const next = () => {
    const value = (at(nibble >> 1) >> ((nibble & 1) * 4)) & 15;
    nibble++;
    return value / 7.5 - 1;
  };
  // The channels follow one another: light, yellow-blue, red-green, alpha.
  const light = channel(Math.max(3, columns), Math.max(3, rows), (first & 63) / 63, ((first >> 18) & 31) / 31, next);
  const yellow = channel(3, 3, ((first >> 6) & 63) / 31.5 - 1, (((second >> 3) & 63) / 63) * 1.25, next);
  const red = channel(3, 3, ((first >> 12) & 63) / 31.5 - 1, (((second >> 9) & 63) / 63) * 1.25, next);
  const alpha = hasAlpha ? channel(5, 5, (at(5) & 15) / 15, (at(5) >> 4) / 15, next) : () => 1;

  const ratio = columns / rows;
  const width = Math.round(ratio > 1 ? 32 : 32 * ratio);
  const height = Math.round(ratio > 1 ? 32 / ratio : 32);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5) / width;
      const v = (y + 0.5) / height;
      const [l, p, q] = [light(u, v), yellow(u, v), red(u, v)];
      const b = l - (2 / 3) * p;
      const r = (3 * l - b + q) / 2;
      pixels.set([r * 255, (r - q) * 255, b * 255, alpha(u, v) * 255], (y * width + x) * 4);
    }
  }
  return { width, height, pixels };
}

/** One channel as a function of the place: its mean and a triangle of cosine waves. */
function channel(columns: number, rows: number, mean: number, scale: number, next: () => number): (u: number, v: number) => number {
  const waves: { x: number; y: number; strength: number }[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = y === 0 ? 1 : 0; x * rows < columns * (rows - y); x++) waves.push({ x, y, strength: next() * scale });
  }
  return (u, v) => waves.reduce((sum, { x, y, strength }) => sum + 2 * strength * Math.cos(Math.PI * u * x) * Math.cos(Math.PI * v * y), mean);
}
