import RangedMmap

struct FindAction: ReadOnlyAction {
  let target: Target

  static let verb = Verb(
    "find", help: "look for bytes or for pages in a state after the cursor, around the end",
    example: "find text \"SQLite\"",
    forms: [
      Form("hex", .bytes) { FindAction(target: .bytes($0)) },
      Form("text", .someText) { FindAction(target: .text($0)) },
      Form("state", .state) { FindAction(target: .state($0)) },
      Form("kernel", .choice("state of the kernel", KernelTarget.allCases)) { FindAction(target: .kernel($0)) },
      Form("next") { FindAgainAction(isBackward: false) },
      Form("previous") { FindAgainAction(isBackward: true) },
    ])

  var words: [String?] { ["find", "\(target)"] }
  // What it brings into memory it drops again, which has dirty pages around it written back.
  var mayWriteBack: Bool { true }

  func perform(in session: Session) throws(CommandError) -> Event { try session.find(target, isBackward: false) }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    if isRacing { return .amongThreads }
    if case .kernel = target { return .ofTheMoment }
    session.recorder.recordedTarget = target
    return .command(Command(self))
  }
}

struct FindAgainAction: ReadOnlyAction {
  let isBackward: Bool

  var words: [String?] { ["find", isBackward ? "previous" : "next"] }
  var mayWriteBack: Bool { true }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let target = session.view.lastTarget else {
      throw CommandError("find: nothing was looked for yet; `find text \"abc\"` looks")
    }
    return try session.find(target, isBackward: isBackward)
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    if isRacing { return .amongThreads }
    guard session.view.lastTarget == session.recorder.recordedTarget else {
      return .remark("what it searches for is not in the recording")
    }
    return .command(Command(self))
  }
}

extension Command {
  package static func findAgain(isBackward: Bool) -> Command { Command(FindAgainAction(isBackward: isBackward)) }
}

package enum Target: Sendable, Equatable, CustomStringConvertible {
  case bytes([UInt8])
  /// Text in UTF-8, at any offset.
  case text(String)
  case state(PageState)
  case kernel(KernelTarget)

  package var description: String {
    switch self {
    case .bytes(let bytes): "hex " + bytes.map { hex($0, width: 2) }.joined()
    case .text(let text): "text " + Word.quote(text)
    case .state(let state): "state \(state.word)"
    case .kernel(let target): "kernel \(target)"
    }
  }
}

/// What a search of the kernel's states is for.
package enum KernelTarget: String, Sendable, CaseIterable {
  case cached
  /// A page in memory that is neither of the next two.
  case clean
  /// A page that differs from the disk.
  case dirty
  /// A page on its way to it.
  case writeback
  /// A page that was seen to change lately, by the screen or by `watch`.
  case changed
}

extension Parameter where Value == String {
  fileprivate static var someText: Self {
    Parameter(.text) { word, _ throws(SyntaxError) in
      guard !word.text.isEmpty else { throw SyntaxError("an empty text is everywhere", at: word.columns) }
      return word.text
    }
  }
}

extension Session {
  fileprivate func find(_ target: Target, isBackward: Bool) throws(CommandError) -> Event {
    let file = try openFile()
    try requireNoJob("find")
    view.lastTarget = target
    if case .state = target { _ = try document.ownFile() }
    let changed = target == .kernel(.changed) ? try changedPages() : []
    let search = Search(
      file, sampledFile, target, from: view.cursor * Alignment.page + view.byteCursor, isBackward: isBackward,
      changed: changed)
    return try jobs.start(search.job, in: self, work: search.run) { session, outcome throws(CommandError) in
      let shortfall = outcome.shortfall.map { "; \(file.path): \($0)" } ?? ""
      guard let offset = outcome.place else {
        throw CommandError("find \(target): there is none in the file\(shortfall)")
      }
      try ByteAction(offset: offset).change(session)
      return .done("found \(target) at \(address(offset)), page \(offset / Alignment.page)\(shortfall)")
    }
  }
}
