import Inspector

/// A page in the markup of man(7), in ASCII alone.
struct Troff {
  private(set) var text = ""

  init(_ name: String, section: Int, version: String) {
    line(".TH \(Self.escaped(name.uppercased())) \(section) \"\" \"\(name) \(version)\" \"User Commands\"")
    // No hyphenation: it would change commands.
    line(".nh")
  }

  mutating func section(_ name: String) { line(".SH \(name)") }

  mutating func subsection(_ name: String) { line(".SS \"\(Self.escaped(name))\"") }

  /// Plain text; what stands in backticks comes out bold.
  mutating func paragraph(_ text: String) {
    line(".PP")
    line(Self.prose(text))
  }

  mutating func example(_ lines: [String]) {
    line(".PP\n.RS 4\n.nf")
    for example in lines { line(Self.guarded("\\fB" + Self.escaped(example) + "\\fR")) }
    line(".fi\n.RE")
  }

  /// A word, or several, one a line, and its explanation.
  mutating func item(_ names: [String], _ text: String) {
    for (index, name) in names.enumerated() { line((index == 0 ? ".TP\n" : ".TQ\n") + Self.tag(name)) }
    line(Self.prose(text))
  }

  mutating func items(_ items: [(String, String)]) { for (name, text) in items { item([name], text) } }

  /// Another line of the last item.
  mutating func more(_ text: String) { line(".br\n" + Self.prose(text)) }

  private mutating func line(_ line: String) { text += line + "\n" }

  // Words in capitals or in angle brackets stand for others.
  private static func tag(_ name: String) -> String {
    let words = name.split(separator: " ").map { word -> String in
      let bare = word.filter { $0 != "<" && $0 != ">" }
      return (word.first == "<" ? "\\fI" : "\\fB") + escaped(bare) + "\\fR"
    }
    return guarded(words.joined(separator: " "))
  }

  private static func prose(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return guarded(
      parts.enumerated().map { $0 % 2 == 1 ? "\\fB" + escaped(String($1)) + "\\fR" : escaped(String($1)) }.joined())
  }

  // A dot at the start of a line would be a request.
  private static func guarded(_ line: String) -> String { line.hasPrefix(".") ? "\\&" + line : line }

  private static func escaped(_ text: String) -> String {
    text.inASCII.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\e"
      case "-": "\\-"
      case "'": "\\(aq"
      case "\"": "\\(dq"
      case "`": "\\(ga"
      case "^": "\\(ha"
      case "~": "\\(ti"
      case _ where scalar.isASCII: String(scalar)
      default:
        "\\[u" + hex(scalar.value, width: 4).uppercased() + "]"
      }
    }.joined()
  }
}
