import { describe, expect, it } from 'vitest';
import { readRoster } from './roster.ts';

const namesIn = (text: string) => readRoster(text).map(({ name }) => name);

describe('a list of people', () => {
  it('is a name a line, whatever ends the lines and however many are empty', () => {
    expect(readRoster('Anna\r\n\r\n  ben \n')).toEqual([
      { line: 1, name: 'anna', groups: [], problem: null },
      { line: 3, name: 'ben', groups: [], problem: null },
    ]);
  });

  it('is a CSV with headings in any order, as spreadsheets of many countries write it', () => {
    expect(namesIn('group,name\na,anna\nb,ben\n')).toEqual(['anna', 'ben']);
    expect(namesIn('\u{feff}Groep;Gebruikersnaam\r\na;anna\r\n')).toEqual(['anna']);
    expect(namesIn('Email\tSurname\nanna@example.org\tJansen')).toEqual(['anna@example.org']);
  });

  it('may have quotes, with separators, line ends and quotes in them', () => {
    expect(readRoster('note,name\n"one, two\nthree ""four""",anna\n,ben')).toEqual([
      { line: 2, name: 'anna', groups: [], problem: null },
      { line: 4, name: 'ben', groups: [], problem: null },
    ]);
  });

  it('may say of each in which groups they are, none and several included', () => {
    const lines = readRoster('Groep;Naam\nMonday ;anna\n;ben\n"Monday; room 5;Monday";cor\n');
    expect(lines.map(({ groups }) => groups)).toEqual([['Monday'], [], ['Monday', 'room 5']]);
  });

  it('says of each line why it cannot be a name', () => {
    expect(readRoster('name,group\na/b,x\n,y\nanna,..')).toEqual([
      { line: 2, name: 'a/b', groups: ['x'], problem: 'a user name cannot contain “/”' },
      { line: 3, name: '', groups: ['y'], problem: 'a user name cannot be empty' },
      { line: 4, name: 'anna', groups: ['..'], problem: 'a group name cannot be “.” or “..”' },
    ]);
  });

  it('is refused where it is too long to look at', () => {
    expect(() => readRoster('anna\n'.repeat(20_001))).toThrow('20000 lines');
  });
});
