import RangedMmap

struct MarkAction: ReadOnlyAction {
  /// `nil` lists the marks.
  let name: String?

  static let verb = Verb(
    "mark", .optional(.newMark), help: "remember how the file is now, for `diff`; without a name, list the marks",
    example: "mark before"
  ) { MarkAction(name: $0) }

  var words: [String?] { ["mark", name] }
  // It reads the bytes that are in memory.
  var isTimed: Bool { name != nil }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let name else { return Event(.output, list(session), isMeasured: true) }
    let file = try session.openFile()
    let sampled = try session.reachableFile("mark")
    let state = FileState(of: file, in: session)
    let digests = ByteDigests(of: sampled, state)
    let mark = FileMark(name: name, path: file.path, identity: sampled.identity, time: .now, state: state)
    let replaced = try session.marks.keep(mark, digests)
    var line = "marked \(name): \(counted(state.pages.count, "page")), with the bytes of \(digests.count) in memory"
    if digests.omitted > 0 { line += "; \(digests.omitted) more are in memory, and too many to be compared" }
    if let replaced { line += "; the mark of \(replaced.time) is gone" }
    return Event(.done, [line], isMeasured: true)
  }

  private func list(_ session: Session) -> [String] {
    let marks = session.marks.all
    guard !marks.isEmpty else { return ["nothing is marked yet: `mark NAME` marks how the file is now"] }
    return marks.map { mark in
      "\(mark.name): \(mark.path), \(counted(mark.state.pages.count, "page")), \(mark.time), "
        + WallTime.now.age(of: mark.time)
    }
  }
}

extension Session {
  /// The open file as it is sampled, or why it can't be.
  func reachableFile(_ verb: String) throws(CommandError) -> SampledFile {
    let file = try openFile()
    guard let sampledFile else { throw CommandError("\(file.path): is out of reach for \(verb); open it again") }
    return sampledFile
  }

  /// The names of the marks, for completion.
  package var markNames: [String] { marks.names }
}

extension Parameter where Value == String {
  fileprivate static var newMark: Self { Parameter(.mark, word: Literal.name) }
  static var mark: Self { Parameter(.mark, word: Literal.name) }
}

extension ArgumentKind {
  fileprivate static let mark = ArgumentKind(
    "NAME", "name", "letters, digits, `-`, `_` and `.`, as in before", from: .marks)
}

extension Literal {
  /// A word that can be told from others at a glance: it needs no quotes, and is no number.
  fileprivate static func name(_ word: Word, _ what: String) throws(SyntaxError) -> String {
    let isPlain = word.text.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || ["-", "_", "."].contains(scalar)
    }
    // A line of the list has room for so many.
    guard isPlain, !word.text.isEmpty, word.text.count <= 40, word.text != "json" else {
      throw SyntaxError(
        "\(word) is no name for a mark: write up to 40 letters, digits, - _ and ., as in before", at: word.columns)
    }
    return word.text
  }
}
