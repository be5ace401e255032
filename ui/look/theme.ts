/** The look of all pages of the hub (`pages.css`) in the words of the library: no colour is said here a second time. */
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const accent = Array<string>(10).fill('var(--accent)') as unknown as MantineColorsTuple;
const bad = Array<string>(10).fill('var(--bad)') as unknown as MantineColorsTuple;

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent, bad },
  // As in `pages.css`: a variable cannot hold the word “inherit”.
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  defaultRadius: 'md',
  radius: { md: '0.5rem', lg: '0.75rem' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    if (input.variant === 'subtle') return { ...colors, color: 'var(--accent-text)', hover: 'var(--page)' };
    if (input.variant !== 'filled') return colors;
    // The library takes white for what can be read on any colour.
    return { ...colors, color: input.color === 'bad' ? 'var(--page)' : 'var(--on-accent)' };
  },
  components: {
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        padding: 'lg',
        // It is an element `header`, which screen readers would take for a second head of the page.
        attributes: { header: { role: 'presentation' } },
      },
    },
  },
});

const colors = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--muted)',
  '--mantine-color-placeholder': 'var(--muted)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--page)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--field-line)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-anchor': 'var(--accent-text)',
  '--mantine-color-accent-filled': 'var(--accent)',
  '--mantine-color-accent-filled-hover': 'color-mix(in oklab, var(--accent), var(--text) 12%)',
  '--mantine-color-accent-outline': 'var(--accent-text)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-color-bad-filled': 'var(--bad)',
  '--mantine-color-bad-filled-hover': 'color-mix(in oklab, var(--bad), var(--text) 12%)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: colors, dark: colors });
