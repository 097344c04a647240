import ArgumentParser
import Inspector
import RangedMmap

/// The manual page, made from the tables that the program itself works by: `mmapview --manual | man -l -`.
enum Manual {
  static var page: String {
    var page = Troff("mmapview", section: 1, version: MmapView.configuration.version)
    page.section("NAME")
    page.paragraph("mmapview - show a file's 4 KiB pages, and what becomes of each")
    page.section("SYNOPSIS")
    page.example(synopsis)
    page.section("DESCRIPTION")
    for paragraph in description { page.paragraph(paragraph) }
    page.section("OPTIONS")
    page.items(options)
    page.item(
      ["--generate-completion-script SHELL"], "Print a script that completes these options in bash, zsh or fish.")
    keys(&page)
    commands(&page)
    states(&page)
    page.section("EXIT STATUS")
    page.items(statuses)
    page.section("FILES")
    page.item(
      ["$XDG_STATE_HOME/mmapview/history"],
      "The last \(History.limit) lines that were entered at the prompt; below ~/.local/state where the variable is not "
        + "set. Where it can't be written the lines are kept in memory. A link to /dev/null keeps none.")
    page.item(
      ["$XDG_STATE_HOME/mmapview/files"],
      "The names of files that the screen has opened, which it offers where none is named; kept as the history is.")
    page.item(
      ["$XDG_CONFIG_HOME/mmapview/config"],
      "`set` and `key` commands that are there from the start, on the screen and with `--plain`; below ~/.config where "
        + "the variable is not set. `--check-config` checks it, `--no-config` leaves it unread.")
    page.section("ENVIRONMENT")
    page.items(variables)
    page.section("EXAMPLES")
    for (text, command) in examples {
      page.paragraph(text)
      page.example([command])
    }
    page.section("SEE ALSO")
    page.paragraph("fincore(1), filefrag(8), cachestat(2), mincore(2), mmap(2), msync(2), sync_file_range(2)")
    return page.text
  }

  private static let synopsis = [
    "mmapview FILE [--write]", "mmapview FILE --create SIZE [--sparse] [--force]",
    "mmapview [FILE] --replay SCRIPT [--speed SPEED | --headless]", "mmapview [FILE] -c COMMAND... [--headless]",
    "mmapview FILE --record SCRIPT ...", "mmapview [FILE] --plain",
  ]

  private static let description = [
    """
    A file is opened, mapped into memory and shown as a grid of 4 KiB pages: which were handed out, which were written, \
    which are on their way to the disk, and which are there. Beside what the library believes stands what the kernel \
    knows, without root. Pages are allocated, written, read back, flushed and made durable by keys, by commands or by \
    scripts, while worker threads do the same.
    """,
    """
    An existing file is opened for looking only. Nothing changes a byte of it before `--write`, a yes to the question \
    that a writing key asks, or the command `open FILE write`.
    """,
  ]

  private static func keys(_ page: inout Troff) {
    page.section("KEYS")
    page.items((KeyMap.moving + KeyMap.acting).map { ($0.name, $0.help) })
    page.subsection("While a command is typed")
    page.items(HelpText.typing)
  }

  private static func commands(_ page: inout Troff) {
    page.section("COMMANDS")
    page.paragraph(
      """
      One command a line, at the prompt, after `-c`, in scripts and on standard input. Words are split at blanks; # \
      starts a comment; "..." quotes, with \\" \\\\ \\n \\t \\xNN. A script stops at its first failure.
      """)
    for verb in Verb.all {
      page.item(verb.usages, verb.help)
      page.more("Example: `\(verb.example)`")
    }
    page.subsection("Arguments")
    page.items(Grammar.kinds)
    page.subsection("Patterns")
    page.items(Pattern.forms.map { ($0.usage, $0.meaning) })
  }

  private static func states(_ page: inout Troff) {
    page.section("STATES")
    page.paragraph("The library's word for a page, with the glyph that stands for it under `--ascii`:")
    page.items(PageState.allCases.map { item($0.row) })
    page.paragraph("The kernel's word:")
    page.items(KernelState.allCases.map { item($0.row) })
    page.paragraph("What is drawn in the place of either:")
    page.items([item(StateRow.faulted)])
    page.paragraph("In the cell of a page, in both layers:")
    page.items(PageMark.allCases.map { item($0.row) })
    for sentence in WordPairs.sentences { page.paragraph(sentence) }
  }

  private static func item(_ row: StateRow) -> (String, String) {
    ("\(row.ascii) \(row.name)", row.meaning.prefix(1).uppercased() + row.meaning.dropFirst() + ".")
  }

  // From the help of the command line, in so many columns that no line is broken.
  static var options: [(name: String, help: String)] {
    var options: [(name: String, help: String)] = []
    let nameWidth = 26
    for line in MmapView.helpMessage(columns: 1000).split(separator: "\n") where line.hasPrefix("  ") {
      let name = line.prefix(nameWidth)
      if name.allSatisfy({ $0 == " " }), let last = options.popLast() {
        options.append((last.name, String(line.dropFirst(nameWidth))))
      } else if line.count > nameWidth, name.last == " " {
        options.append((trimmed(name), String(line.dropFirst(nameWidth))))
      } else {
        options.append((trimmed(line), ""))
      }
    }
    return options
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private static let statuses = [
    ("0", "All went well."), ("1", "Something failed: the file could not be opened, or a script's command."),
    ("64", "The command line makes no sense."), ("128+N", "Signal N ended the screen."),
  ]

  private static let variables = [
    ("XDG_STATE_HOME, HOME", "Where the history is kept, and the names of files that were opened."),
    ("XDG_CONFIG_HOME, HOME", "Where the configuration is."),
    ("NO_COLOR", "If it is set and not empty, no colours are used, unless `--color always` is given."),
    ("TERM", "Which terminal it is; one that can't move its cursor needs `--headless` or `--plain`."),
    ("LC_ALL, LC_CTYPE, LANG", "Whether the terminal shows UTF-8; if not, glyphs of ASCII are used."),
  ]

  private static let examples = [
    ("A new file of 256 pages:", "mmapview demo.bin --create 1m"),
    ("What is in memory of a file, and who has it open:", "mmapview /bin/ls"),
    (
      "Two pages are written and made durable, without a screen:",
      "mmapview demo.bin --write --headless -c 'allocate 2p' -c 'write r1 0xa5' -c 'sync r1'"
    ),
  ]
}
