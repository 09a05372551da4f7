import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Only src/config/env.ts may read the environment: everywhere else a setting is injected. */
const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message:
    'Read the setting from the injected Env: src/config/env.ts is the only reader of process.env.',
};
const noHttpExceptions = {
  selector:
    'NewExpression[callee.name=/^(BadRequest|Unauthorized|Forbidden|NotFound|Conflict|UnprocessableEntity|InternalServerError)Exception$/]',
  message: 'Throw a DomainError from src/kernel/errors: only the problem filter knows HTTP.',
};
const noRawHtml = {
  selector:
    "JSXAttribute[name.name='dangerouslySetInnerHTML'], MemberExpression[property.name=/^(inner|outer)HTML$/]",
  message: 'Data is rendered as text, never as HTML.',
};
const noSleep = {
  selector: "CallExpression[callee.name='setTimeout'][arguments.0.type!='ArrowFunctionExpression']",
  message: 'A test awaits the event it needs, it never sleeps.',
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      '.test-build',
      'coverage',
      'node_modules',
      '.data',
      'console/src/api/schema.d.ts',
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  prettier,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // DTO classes are shapes for validation and OpenAPI: answers are plain objects of that shape.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Decorator metadata is emitted from written types, never from inferred ones.
      '@typescript-eslint/no-inferrable-types': 'off',
      'no-restricted-syntax': ['error', noProcessEnv, noHttpExceptions],
      'no-console': 'error',
    },
  },
  {
    files: ['src/config/env.ts'],
    rules: { 'no-restricted-syntax': ['error', noHttpExceptions] },
  },
  {
    files: ['test/**', 'bench/**', 'scripts/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': ['error', noSleep],
      // Answers of the API are JSON: their types are what the assertions say.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['bench/**', 'scripts/**'],
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    // Objects of Kubernetes: each kind has a shape of its own, which its schema checks.
    files: ['deploy/k8s/**'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    // The console: what it renders is text, never HTML of its own making.
    files: ['console/src/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-syntax': ['error', noRawHtml, noProcessEnv],
      '@typescript-eslint/no-unnecessary-condition': 'error',
    },
  },
  {
    files: ['console/src/pages/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.\\./(?!\\.)',
              message: 'Pages never import each other: move what they share.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['console/src/{api,live,next-action,press,score,ui,work-item}/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '/pages/', message: 'A page imports this, never the other way.' }] },
      ],
    },
  },
  {
    // Not of the application: the settings of the test run.
    files: ['jest.*.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { module: 'readonly', process: 'readonly', console: 'readonly', URL: 'readonly' },
    },
  },
);
