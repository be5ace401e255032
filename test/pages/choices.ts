import type { ServerChoices } from '../../src/domain/server-choices.ts';

const plain = { description: null, isDefault: false, memory: null, cpu: null, image: null, options: [] };

/** A course that offers three servers, one of them with options. */
export function choicesOfCourse(text: string): ServerChoices {
  return [
    {
      ...plain,
      slug: 'large',
      title: 'Large',
      description: text,
      memory: 8 * 1024 ** 3,
      cpu: 4,
      image: 'registry.example/course/notebook-with-everything:2026-03-02',
    },
    { ...plain, slug: 'small', title: 'Small', isDefault: true, memory: 1024 ** 3, cpu: 1 },
    {
      ...plain,
      slug: 'own',
      title: 'With software of your choice',
      memory: 2 * 1024 ** 3,
      options: [
        {
          name: 'image',
          title: 'Software',
          values: [
            { value: 'python', title: 'Python', isDefault: false },
            { value: 'julia', title: 'Julia', isDefault: true },
          ],
          own: {
            title: 'Your own image',
            titleAmongValues: 'Another image…',
            pattern: 'quay\\.example/[a-z]+',
            message: 'It has to be an image of quay.example.',
          },
        },
        { name: 'disk', title: 'Disk', values: [{ value: 'a', title: text, isDefault: true }], own: null },
      ],
    },
  ];
}
