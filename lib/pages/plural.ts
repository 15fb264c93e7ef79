/** The forms a counted noun has in a language, by plural category (Unicode CLDR). */
type PluralForms = { readonly other: string } & Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>;

/** A number with its noun, in the form the language wants: `5 минут`. */
export function plural(language: string): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => `${String(count)} ${forms[rules.select(count)] ?? forms.other}`;
}
