import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The package itself: what is installed with an integrator's panel. */
const PACKAGE = ['lib/**', 'strategies/**', 'adapters/**'];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'api/', '.tmp/']),
  // a program of its own, with its own types of the user: its own test type-checks it
  globalIgnores(['test/packaging/consumer/*.mts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mts}'],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/parameter-properties': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Export by name: an index is an explicit list.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals, or a constant object.' },
      ],
      'max-lines': ['error', 400],
      eqeqeq: 'error',
    },
  },
  {
    files: PACKAGE,
    rules: { 'no-console': 'error' },
  },
  {
    files: ['test/**/*.{ts,mts}'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // supertest's `body`
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['{test,example}/**/*.{ts,mts}'],
    rules: { '@typescript-eslint/no-unsafe-argument': 'off' }, // what `passport.authenticate()` returns
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    rules: { 'no-undef': 'off' },
  },
);
