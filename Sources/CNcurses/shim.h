// ncursesw for Swift: the wide API needs its macro before the header; globals and macros with casts need functions.
#pragma once
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Sets the locale of the environment; whether it writes UTF-8, without which wide glyphs are blanks. Where it names no
// encoding, as with LANG unset, input is still read as UTF-8: ncurses drops what it can't decode, and some of the rest.
static inline bool cnc_use_locale(void) {
  setlocale(LC_ALL, "");
  bool writes_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0) setlocale(LC_CTYPE, "C.UTF-8");
  return writes_utf8;
}

// A locale for wcwidth(3), whatever that of the environment is; NULL where the C library has none.
static inline locale_t cnc_text_locale(void) {
  locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
  return locale ? locale : newlocale(LC_CTYPE_MASK, "en_US.UTF-8", NULL);
}

// wcwidth(3) in a locale of cnc_text_locale(): columns, or -1 for what it doesn't know.
static inline int cnc_width(locale_t locale, wchar_t character) {
  if (!locale) return wcwidth(character);
  locale_t before = uselocale(locale);
  int width = wcwidth(character);
  uselocale(before);
  return width;
}

// Whether the terminal's kind, that of TERM where it is NULL, is known and can move its cursor. Nothing is sent.
static inline bool cnc_can_show_screen(const char *kind, int output) {
  int known = 0;
  return setupterm(kind, output, &known) == OK && tigetstr("cup");
}

// newterm(3) gives NULL where initscr(3) would end the program; for a kind that is known only where memory is lacking.
static inline SCREEN *cnc_open(const char *kind, int input, int output) {
  FILE *out = output == STDOUT_FILENO ? stdout : fdopen(output, "w");
  FILE *in = input == STDIN_FILENO ? stdin : fdopen(input, "r");
  SCREEN *screen = out && in ? newterm(kind, out, in) : NULL;
  if (!screen) return NULL;
  set_term(screen);
  cbreak();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  // As xterm and all that follow it send them. They win over the names that ncurses makes up from terminfo's
  // extensions.
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

// Whether a colour's number is its red, green and blue: terminfo says so in a flag, a number or a string.
static inline bool cnc_has_direct_color(void) {
  const char *widths = tigetstr("RGB");
  return tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || (widths && widths != (const char *)-1);
}

enum { CNC_BOLD = 1, CNC_DIM = 2, CNC_REVERSE = 4, CNC_UNDERLINE = 8 };

// A blank cell with these attributes; for another glyph its first character is replaced.
static inline cchar_t cnc_cell(int attributes, short pair) {
  attr_t bits = A_NORMAL;
  if (attributes & CNC_BOLD) bits |= A_BOLD;
  if (attributes & CNC_DIM) bits |= A_DIM;
  if (attributes & CNC_REVERSE) bits |= A_REVERSE;
  if (attributes & CNC_UNDERLINE) bits |= A_UNDERLINE;
  cchar_t cell;
  setcchar(&cell, L" ", bits, pair, NULL);
  return cell;
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

// Turns on reports of the left button and the wheel; whether the terminal has a mouse.
static inline bool cnc_ask_for_mouse(void) {
  // Else ncurses would delay a press that may become a click.
  mouseinterval(0);
  return mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED | BUTTON_SHIFT |
                       REPORT_MOUSE_POSITION, NULL) != 0;
}

// Whether the mouse is reported as by xterm.
static inline bool cnc_has_xterm_mouse(void) {
  const char *prefix = tigetstr("kmous");
  return prefix && prefix != (const char *)-1 && (!strcmp(prefix, "\033[M") || !strcmp(prefix, "\033[<"));
}

// ncurses understands moves with the button down, but turns on reports of presses only, and terminfo has no sequence
// for the rest. Call it with nothing of ncurses in the output buffer.
static inline void cnc_report_drags(int output, bool on) { dprintf(output, "\033[?1002%c", on ? 'h' : 'l'); }

// Whether the terminal takes sequences of ECMA-48, such as the modes of xterm: one that lacks a mode ignores it.
static inline bool cnc_speaks_ecma48(void) {
  const char *move = tigetstr("cup");
  return move && !strncmp(move, "\033[", 2);
}

enum { CNC_NOTHING, CNC_PRESS, CNC_RELEASE, CNC_DRAG, CNC_SCROLL_UP, CNC_SCROLL_DOWN };

// The next event of the mouse after KEY_MOUSE; whether there was one.
static inline bool cnc_mouse(int *x, int *y, bool *shifted, int *kind) {
  MEVENT event;
  if (getmouse(&event) != OK) return false;
  *x = event.x;
  *y = event.y;
  *shifted = (event.bstate & BUTTON_SHIFT) != 0;
  *kind = event.bstate & BUTTON4_PRESSED ? CNC_SCROLL_UP
      : event.bstate & BUTTON5_PRESSED ? CNC_SCROLL_DOWN
      : event.bstate & BUTTON1_PRESSED ? CNC_PRESS
      : event.bstate & BUTTON1_RELEASED ? CNC_RELEASE
      : event.bstate & REPORT_MOUSE_POSITION ? CNC_DRAG : CNC_NOTHING;
  return true;
}
