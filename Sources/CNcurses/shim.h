// ncursesw for Swift: the wide API needs its macro before the header, and globals and macros with casts need
// functions around them.
#pragma once
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

// Takes the locale of the environment; whether it writes UTF-8. In others wide glyphs would come out as blanks.
static inline bool cnc_use_locale(void) {
  setlocale(LC_ALL, "");
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// Keys that terminfo has no standard name for: their codes lie above all of ncurses' own.
enum { CNC_WORD_LEFT = KEY_MAX + 1, CNC_WORD_RIGHT };

// newterm(3) tells of an unknown TERM; initscr(3) would end the program.
static inline SCREEN *cnc_open(void) {
  int known = 0;
  // A terminal that can't move its cursor can't show a screen.
  if (setupterm(NULL, fileno(stdout), &known) != OK || !tigetstr("cup")) return NULL;
  SCREEN *screen = newterm(NULL, stdout, stdin);
  if (!screen) return NULL;
  set_term(screen);
  cbreak();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  // As xterm and all that follow it send them. They win over the names that ncurses makes up from terminfo's extensions.
  define_key("\033[1;5D", CNC_WORD_LEFT);
  define_key("\033[1;5C", CNC_WORD_RIGHT);
  curs_set(0);
  return screen;
}

static inline int cnc_columns(void) { return getmaxx(stdscr); }
static inline int cnc_rows(void) { return getmaxy(stdscr); }

// How many colours the terminal has; 0 for none.
static inline int cnc_start_color(void) {
  if (!has_colors() || start_color() == ERR) return 0;
  use_default_colors();
  return COLORS;
}

enum { CNC_BOLD = 1, CNC_DIM = 2, CNC_REVERSE = 4, CNC_UNDERLINE = 8 };

static inline void cnc_put(int y, int x, const wchar_t *text, int count, int attributes, short pair) {
  attr_t bits = A_NORMAL;
  if (attributes & CNC_BOLD) bits |= A_BOLD;
  if (attributes & CNC_DIM) bits |= A_DIM;
  if (attributes & CNC_REVERSE) bits |= A_REVERSE;
  if (attributes & CNC_UNDERLINE) bits |= A_UNDERLINE;
  attr_set(bits, pair, NULL);
  mvaddnwstr(y, x, text, count);
}

static inline void cnc_refresh(void) { refresh(); }
static inline void cnc_clear(void) { clearok(stdscr, TRUE); }

// 1 and a character, 2 and a KEY_ code, or 0 when no key is waiting.
static inline int cnc_key(int *code) {
  wint_t key = 0;
  int result = get_wch(&key);
  *code = (int)key;
  return result == OK ? 1 : result == KEY_CODE_YES ? 2 : 0;
}
