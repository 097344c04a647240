import Inspector
import SystemPackage
import TerminalCanvas

/// What can be begun with where no file was named.
struct StartMenu {
  enum Choice: Equatable {
    case file(String)
    case create
    case open
    case lesson(Int)
  }

  struct Row {
    /// `nil` for a heading.
    let choice: Choice?
    let text: String
  }

  let rows: [Row]
  private(set) var chosen: Int

  // That leaves the first lessons in view on 24 rows; older ones are had with `open`.
  private static let mostFiles = 8

  /// Files are names, the newest first: none of them is touched to list it.
  init(files: [String], lessons: [Lesson]) {
    var rows: [Row] = []
    if !files.isEmpty {
      rows.append(Row(choice: nil, text: "files that were open last"))
      rows += files.prefix(Self.mostFiles).map { Row(choice: .file($0), text: $0) }
    }
    rows += [
      Row(choice: nil, text: "a file"), Row(choice: .create, text: "create a new one to write to"),
      Row(choice: .open, text: "open one to look at"),
      Row(choice: nil, text: "lessons, each on a file of its own"),
    ]
    rows += lessons.map { lesson in
      Row(choice: .lesson(lesson.number), text: "\(lesson.number < 10 ? " " : "")\(lesson.number)  \(lesson.title)")
    }
    self.rows = rows
    chosen = rows.firstIndex { $0.choice != nil } ?? 0
  }

  var choice: Choice? { rows[chosen].choice }

  mutating func choose(_ row: Int) { if rows.indices.contains(row), rows[row].choice != nil { chosen = row } }

  /// Takes a key that moves; whether it was one.
  mutating func move(_ key: Key) -> Bool {
    let last = rows.count - 1
    switch key {
    case .up, "k": chosen = rows[..<chosen].lastIndex { $0.choice != nil } ?? chosen
    case .down, "j": chosen = rows[(chosen + 1)...].firstIndex { $0.choice != nil } ?? chosen
    case .home, "g", .pageUp: chosen = rows.firstIndex { $0.choice != nil } ?? chosen
    case .end, "G", .pageDown: chosen = last
    default: return false
    }
    return true
  }

  /// The first row that is shown where there is room for so many.
  func firstRow(_ height: Int) -> Int {
    // With the heading of the topmost.
    let first = chosen <= (rows.firstIndex { $0.choice != nil } ?? 0) ? 0 : max(0, chosen - height + 1)
    return min(first, max(0, rows.count - height))
  }
}

extension StartMenu {
  static func area(_ layout: Layout) -> Area {
    let bottom = layout.log?.y ?? layout.prompt.y
    return Area(
      x: layout.overlay.x, y: layout.overlay.y, width: layout.overlay.width, height: bottom - layout.overlay.y)
  }

  /// The row at a place of the screen.
  func row(x: Int, y: Int, _ layout: Layout) -> Int? {
    let area = Self.area(layout).below(1)
    guard area.rows.contains(y), area.columns.contains(x) else { return nil }
    let row = firstRow(area.height) + y - area.y
    return rows.indices.contains(row) ? row : nil
  }
}
