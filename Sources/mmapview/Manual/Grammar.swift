import Inspector

/// The command language as a page of Markdown, made from the table that the parser works by: `mmapview --grammar`.
enum Grammar {
  static var page: String {
    """
    # The command language of mmapview

    One command a line, in UTF-8. Words are split at blanks. `#` at the start of a word begins a comment, which goes to \
    the end of the line. `"…"` quotes, a part of a word too; in quotes, `\\"`, `\\\\`, `\\n`, `\\t` and `\\xNN` stand for \
    other bytes, which together are UTF-8 again. Words in capitals stand for others; what is in brackets may be left \
    out; `|` parts alternatives; `…` means one or more.

    ## Commands

    \(table(["command", "does", "for example"], Verb.all.map { [codes($0.usages), $0.help, code($0.example)] }))
    ## Arguments

    \(table(["word", "is"], kinds.map { [code($0.name), $0.meaning] }))
    ## Patterns

    \(table(["pattern", "the bytes"], Pattern.forms.map { [code($0.usage), $0.meaning] }))
    """
  }

  /// The kinds of arguments, each once, in the order in which verbs use them.
  static var kinds: [(name: String, meaning: String)] {
    var known: Set<String> = []
    return Verb.all.flatMap(\.kinds).filter { known.insert($0.name).inserted }.map { ($0.name, $0.meaning ?? "") }
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, head.map { _ in "---" }] + rows.map { $0.map { $0.replacing("|", with: "\\|") } }
    return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }

  private static func codes(_ texts: [String]) -> String { texts.map(code).joined(separator: " · ") }
  private static func code(_ text: String) -> String { "`\(text)`" }
}
