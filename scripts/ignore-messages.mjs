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
  const { type, callee, arguments: given } = path.parent;
  if (type !== 'NewExpression' || !callee.name?.endsWith('Error')) return false;
  return given[callee.name === 'SecondFactorError' ? 1 : 0] === path.node;
}
