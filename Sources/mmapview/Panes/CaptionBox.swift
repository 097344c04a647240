import Inspector
import TerminalCanvas

/// The caption of the script that is played, in a frame of its own, with the presenter's notes below it.
enum CaptionBox: Pane {
  /// How many rows the box takes in a width, its frame included, so that all can be read; 0 where there is nothing to show.
  static func rows(_ view: ViewState, width: Int) -> Int {
    let lines = lines(view, textWidth(width))
    guard !lines.isEmpty else { return 0 }
    let room = view.captions.current?.place.map { place in
      let longest = view.showsNotes ? place.longestWithNotes[...] : [place.longest]
      return self.lines(longest.first ?? "", longest.dropFirst(), textWidth(width)).count
    }
    return max(lines.count, room ?? 0) + 2 + (view.isBig ? blankRows : 0)
  }

  /// In a hall, above the text and below.
  static let blankRows = 2

  /// The same for a text alone.
  static func rows(_ text: String, width: Int) -> Int { broken(text, textWidth(width)).count + 2 }

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard area.height >= 3, area.width > 8, let caption = shown.view.captions.current else { return }
    let all = lines(shown.view, textWidth(area.width))
    guard !all.isEmpty else { return }
    drawFrame(shown, on: &canvas, area)
    write(title(caption, shown), into: area.row(0), atEnd: false, Style(.title), on: &canvas)
    let inner = Area(x: area.x + 2, y: area.y + 1, width: textWidth(area.width), height: area.height - 2)
    let lines = cut(all, inner, shown.glyphs)
    // In a hall the box is larger than its text, which stands in its middle.
    let top = shown.view.isBig ? (inner.height - lines.count) / 2 : 0
    for (index, line) in lines.enumerated() {
      canvas.write(line.text, in: inner.row(top + index), Style(line.isNote ? .text : .caption))
    }
    drawKeys(shown, on: &canvas, area)
  }

  private struct Line {
    let text: String
    let isNote: Bool
  }

  private static func textWidth(_ width: Int) -> Int { max(1, width - 4) }

  private static func lines(_ view: ViewState, _ width: Int) -> [Line] {
    guard let caption = view.captions.current else { return [] }
    return lines(caption.text, view.showsNotes ? caption.notes[...] : [], width)
  }

  private static func lines(_ text: String, _ notes: ArraySlice<String>, _ width: Int) -> [Line] {
    (text.isEmpty ? [] : broken(text, width).map { Line(text: $0, isNote: false) })
      + notes.flatMap { broken("note: " + $0, width).map { Line(text: $0, isNote: true) } }
  }

  // Of a caption and notes that have no room each has what the other leaves, and at least half; in one row the caption.
  private static func cut(_ lines: [Line], _ inner: Area, _ glyphs: Glyphs) -> [Line] {
    func part(_ lines: ArraySlice<Line>, _ rows: Int) -> [Line] {
      guard lines.count > rows, let last = lines.prefix(rows).last else { return Array(lines.prefix(rows)) }
      let text = abridged(last.text, inner.width, glyphs)
      return lines.prefix(rows - 1) + [Line(text: text, isNote: last.isNote)]
    }
    let first = lines.firstIndex(where: \.isNote) ?? lines.count
    let (text, notes) = (lines[..<first], lines[first...])
    let noteRows = min(notes.count, max(inner.height / 2, inner.height - text.count))
    return part(text, inner.height - noteRows) + part(notes, noteRows)
  }

  private static func title(_ caption: Captions.Caption, _ shown: Snapshot) -> String {
    let place = caption.place.map { "\($0.number)/\($0.count)" } ?? "caption"
    return shown.view.captions.isEarlier ? place + shown.glyphs.separator + "an earlier one" : place
  }

  private static func drawFrame(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    let style = Style(.dim)
    let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1)
    canvas.fill(area)
    canvas.fill(area.row(0), shown.glyphs.rule, style)
    canvas.fill(area.row(area.height - 1), shown.glyphs.rule, style)
    for y in area.y..<bottom {
      canvas.put(shown.glyphs.bar, x: area.x, y: y, style)
      canvas.put(shown.glyphs.bar, x: right, y: y, style)
    }
    let corners: [(glyph: Unicode.Scalar, x: Int, y: Int)] = [
      ("┌", area.x, area.y), ("┐", right, area.y), ("└", area.x, bottom), ("┘", right, bottom),
    ]
    for (glyph, x, y) in corners { canvas.put(shown.glyphs.shows(glyph) ? glyph : "+", x: x, y: y, style) }
  }

  private static func drawKeys(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    let text = keys(shown, area).map(\.help).joined(separator: shown.glyphs.separator)
    write(text, into: area.row(area.height - 1), atEnd: true, Style(.dim), on: &canvas)
  }

  // What leads on comes first, and stays where there is no room for all.
  private static func keys(_ shown: Snapshot, _ area: Area) -> [(key: Key, help: String)] {
    let captions = shown.view.captions
    var keys: [(key: Key, help: String)] = []
    if let space = shown.space {
      keys.append((" ", "Space \(space.rawValue)"))
    } else if shown.interface.past == nil, shown.mayTakeCaptionAway {
      keys.append((.escape, "Esc takes it away"))
    }
    let isCut = lines(shown.view, textWidth(area.width)).count > area.height - 2
    if isCut { keys.append(("e", "e shows all")) }
    if captions.hasEarlier { keys.append(("b", "b goes back")) }
    let separator = shown.glyphs.separator
    while keys.count > 1, keys.map(\.help).joined(separator: separator).columns + 4 > area.width {
      keys.removeLast()
    }
    return keys
  }

  /// The key that stands at a column of the box's last row; `nil` beside the keys.
  static func key(x: Int, _ shown: Snapshot, _ area: Area) -> Key? {
    let keys = keys(shown, area)
    // They end two columns before the frame's corner.
    var end = area.x + area.width - 2
    for (key, help) in keys.reversed() {
      if (end - help.columns..<end).contains(x) { return key }
      end -= help.columns + shown.glyphs.separator.columns
    }
    return nil
  }

  // With a blank on each side.
  private static func write(_ text: String, into rule: Area, atEnd: Bool, _ style: Style, on canvas: inout Canvas) {
    guard !text.isEmpty, text.columns + 4 <= rule.width else { return }
    let left = atEnd ? rule.width - text.columns - 3 : 1
    canvas.write(" \(text) ", in: rule.inset(left: left), style)
  }
}

extension CaptionBox {
  /// Lines as they are written where all fit; else each row is filled with as many words as it takes.
  ///
  /// A line that begins with a blank has rows of its own, as does an empty one. Only what is longer than a row is cut in a word.
  static func broken(_ text: String, _ width: Int) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.allSatisfy({ $0.columns <= width }) { return lines }
    var paragraphs: [String] = []
    for line in lines {
      if let last = paragraphs.last, isProse(last), isProse(line) {
        paragraphs[paragraphs.count - 1] = last + " " + line
      } else {
        paragraphs.append(line)
      }
    }
    return paragraphs.flatMap { filled($0, width) }
  }

  private static func isProse(_ line: String) -> Bool { !line.isEmpty && line.first != " " }

  private static func filled(_ line: String, _ width: Int) -> [String] {
    let indent = String(line.prefix { $0 == " " }.prefix(width / 2))
    var (rows, row) = ([String](), indent)
    var isEmpty = true
    for word in line.split(separator: " ") {
      var word = word[...]
      if !isEmpty, row.columns + 1 + word.columns <= width {
        row += " " + word
        continue
      }
      if !isEmpty {
        rows.append(row)
        row = indent
      }
      while indent.columns + word.columns > width, word.count > 1 {
        let part = start(of: word, width - indent.columns)
        rows.append(indent + part)
        word = word.dropFirst(part.count)
      }
      (row, isEmpty) = (indent + word, false)
    }
    return rows + [row]
  }

  // At least a character, so that it comes to an end.
  private static func start(of word: Substring, _ width: Int) -> Substring {
    var room = width
    let part = word.prefix { character in
      room -= String(character).columns
      return room >= 0
    }
    return part.isEmpty ? word.prefix(1) : part
  }
}
