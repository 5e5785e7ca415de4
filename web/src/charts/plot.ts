/** The plot's margins in pixels, shared by the drawing and by the layers of HTML behind and over it. */
export const PLOT = { left: 56, right: 8, top: 12, bottom: 26 } as const;
