/** Stryker's runner names files of mocha without their extension, which since mocha 12 is `.cjs`. */
require.extensions['.cjs'] ??= require.extensions['.js'];
