import TerminalCanvas

/// Breaks a line at blanks to fit a width in columns; all parts but the first are indented.
///
/// Only a word that is wider than a row is cut.
func wrapped(_ line: String, _ width: Int) -> [String] {
  var parts: [String] = []
  var rest = line[...]
  while width > 8, rest.columns > width {
    let part = prefix(of: rest, width)
    let end = part.lastIndex(of: " ").flatMap { blank in
      let isIndent = part[..<blank].allSatisfy { $0 == " " }
      let next = rest.index(after: blank)
      let mustBeCut = next < part.endIndex && rest[next...].prefix { $0 != " " }.columns > width - 2
      return isIndent || mustBeCut ? nil : blank
    }
    parts.append(String(rest[..<(end ?? part.endIndex)]))
    rest = "  " + rest[(end ?? part.endIndex)...].drop { $0 == " " }
  }
  return parts + [String(rest)]
}

/// The same in so many rows at most; the last one ends with an ellipsis where that is not all of it.
func wrapped(_ line: String, _ width: Int, rows: Int, _ glyphs: Glyphs) -> [String] {
  let parts = wrapped(line, width)
  guard parts.count > rows, let last = parts.prefix(rows).last else { return parts }
  return parts.prefix(rows - 1) + [shortened(last + " " + parts[rows], width, glyphs)]
}

/// As many of some parts as fit a width in columns, from the first one on.
func fitting(_ parts: [String], _ width: Int, _ glyphs: Glyphs, separator: String = ", ") -> String {
  var parts = parts
  while parts.count > 1, parts.joined(separator: separator).columns > width { parts.removeLast() }
  return shortened(parts.joined(separator: separator), width, glyphs)
}

/// As much of a text as fits a width in columns; where that is not all of it, it ends at a blank and with an ellipsis.
func shortened(_ text: String, _ width: Int, _ glyphs: Glyphs) -> String {
  text.columns > width ? abridged(text, width, glyphs) : text
}

/// The beginning of a text that goes on elsewhere: it ends with an ellipsis in any width, and with no blank or comma
/// before it.
func abridged(_ text: String, _ width: Int, _ glyphs: Glyphs) -> String {
  let mark = glyphs.spell("…")
  let part = prefix(of: text[...], width - mark.columns)
  // A word of more than 12 columns is cut: the rest of it says more than the gap that it would leave.
  let blank = part.lastIndex(of: " ").flatMap { part.distance(from: $0, to: part.endIndex) <= 12 ? $0 : nil }
  let kept = part[..<((part.count < text.count ? blank : nil) ?? part.endIndex)]
  return String(kept.prefix(kept.count - kept.reversed().prefix { " ,;:".contains($0) }.count)) + mark
}

private func prefix(of text: Substring, _ width: Int) -> Substring {
  var room = width
  return text.prefix { character in
    room -= String(character).columns
    return room >= 0
  }
}
