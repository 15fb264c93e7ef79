/**
 * Stryker's plugin `messages`: leaves alone what an error says to a person, because no code decides by it.
 * What an error is (its code, its class) is mutated like everything else.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'messages',
    value: {
      shouldIgnore: (path) =>
        (path.isStringLiteral() || path.isTemplateLiteral()) && isMessage(path)
          ? 'the words of an error, for people'
          : undefined,
    },
  },
];

function isMessage(path) {
  // Long ones are put together of several.
  let whole = path;
  while (whole.parentPath?.isBinaryExpression({ operator: '+' })) whole = whole.parentPath;
  const { type, callee, arguments: given } = whole.parent;
  if (type !== 'NewExpression' || !callee.name?.endsWith('Error')) return false;
  return given[callee.name === 'SecondFactorError' ? 1 : 0] === whole.node;
}
