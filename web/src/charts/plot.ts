/** The plot's margins in pixels, shared by the drawing and by the layers of HTML behind and over it. */
export const PLOT = { left: 56, right: 8, top: 12, bottom: 26 } as const;

/** The plot's size in print, in its own pixels: `.plot` of chart.css has the same, shrunk to a sheet of A4. */
export const PAPER = { width: 1600, height: 240 } as const;
