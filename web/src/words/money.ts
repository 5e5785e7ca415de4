/** Amounts of money in words. Every figure on every page comes through here, so equal amounts read equal. */

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${currency} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = build(currency, options);
    formats.set(key, format);
  }
  return format;
}

/** A currency the browser cannot format, such as an internal unit, is written after the number by its own name. */
function build(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat("en-US", {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      ...options,
    });
  } catch {
    return new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2, ...options });
  }
}

/** To the cent: `$1,234.56`. An amount that is there but rounds to nothing reads `<$0.01`. */
export function money(amount: number, currency: string): string {
  const format = formatOf(currency, {});
  if (amount !== 0 && Math.abs(amount) < 0.005) return `${amount < 0 ? ">−" : "<"}${format.format(0.01)}`;
  return minus(format.format(amount === 0 ? 0 : amount));
}

/** For axes and narrow places: `$1.2K`. */
export function moneyShort(amount: number, currency: string): string {
  const small = Math.abs(amount) < 1000;
  const digits = small && !Number.isInteger(amount) ? 2 : 0;
  if (small)
    return formatOf(currency, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
      amount,
    );
  return formatOf(currency, {
    notation: "compact",
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  }).format(amount);
}

/** With its sign, for differences: `+$12.00`. */
export function moneyDelta(amount: number, currency: string): string {
  return minus(formatOf(currency, { signDisplay: "exceptZero" }).format(amount));
}

/** All digits the server sent, for a tooltip. */
export function moneyExact(amount: number, currency: string): string {
  return minus(formatOf(currency, { minimumFractionDigits: 2, maximumFractionDigits: 9 }).format(amount));
}

/** A real minus sign: as wide as a digit and a plus, so that columns line up. */
function minus(text: string): string {
  return text.replace("-", "−");
}
