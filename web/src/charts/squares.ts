/** A rectangle cut into areas of given sizes, each as near to a square as it gets: Bruls, Huizing and van Wijk, 2000. */

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Places in a rectangle of width 1 and height 1 that is drawn `ratio` times as wide as high; `sizes` falls. */
export function squarified(sizes: readonly number[], ratio: number): readonly Place[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const areas = sizes.map((size) => (size / all) * ratio);
  const places: Place[] = [];
  let [x, y, width, height] = [0, 0, ratio, 1];
  for (let at = 0; at < areas.length; ) {
    const side = Math.min(width, height);
    let count = 1;
    while (at + count < areas.length && worst(areas, at, count + 1, side) <= worst(areas, at, count, side))
      count += 1;
    const row = areas.slice(at, at + count);
    const depth = row.reduce((sum, area) => sum + area, 0) / side;
    let along = 0;
    for (const area of row) {
      const length = area / depth;
      const tall = height <= width;
      places.push(
        tall
          ? { x, y: y + along, width: depth, height: length }
          : { x: x + along, y, width: length, height: depth },
      );
      along += length;
    }
    if (height <= width) [x, width] = [x + depth, width - depth];
    else [y, height] = [y + depth, height - depth];
    at += count;
  }
  return places.map((place) => ({ ...place, x: place.x / ratio, width: place.width / ratio }));
}

/** The worst relation of sides in a row of `count` areas along `side`. */
function worst(areas: readonly number[], at: number, count: number, side: number): number {
  const row = areas.slice(at, at + count);
  const depth = row.reduce((sum, area) => sum + area, 0) / side;
  return Math.max(...row.map((area) => Math.max(depth / (area / depth), area / depth / depth)));
}
