/** Amounts of resources in words: core-hours, byte-hours, bytes, durations. */

const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A count with at most two decimals where it is small. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) < 100 ? fine.format(value) : plain.format(value);
}

/** `1,234 core-h` */
export function coreHours(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${count(value)} core-h`;
}

/** `512 GiB-h`, the unit that fits */
export function byteHours(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${scaled(value)}-h`;
}

/** `1.5 MiB` */
export function bytes(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : scaled(value);
}

/** `51 min`, `3 h`, `2 d 4 h`: how long something takes or lies back. */
export function duration(minutes: number): string {
  const whole = Math.round(minutes);
  if (whole < 60) return `${whole} min`;
  const hours = Math.floor(whole / 60);
  if (hours < 48) return `${hours} h`;
  const rest = hours % 24;
  return `${Math.floor(hours / 24)} d${rest ? ` ${rest} h` : ""}`;
}

function scaled(value: number): string {
  let unit = 0;
  let size = Math.abs(value);
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = size < 10 && unit > 0 ? 1 : 0;
  return `${value < 0 ? "-" : ""}${size.toFixed(digits)} ${UNITS[unit]}`;
}
