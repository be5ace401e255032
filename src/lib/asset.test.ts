import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assetPath, packagePath, programPath } from './asset.ts';

describe('asset paths, run from the sources', () => {
  it('start at src', () => {
    expect(existsSync(assetPath('lib/asset.ts'))).toBe(true);
  });

  it('name the program by its source', () => {
    expect(programPath()).toBe(assetPath('main/polder.ts'));
  });

  it('find what the package brings', () => {
    expect(existsSync(packagePath('package.json'))).toBe(true);
  });
});
