import RangedMmap
import VisibleText

/// Something that is copied to the clipboard of the terminal that shows it.
struct CopyAction: ReadOnlyAction {
  let subject: Subject

  enum Subject: String, Sendable, CaseIterable {
    case offset
    case bytes
    case line
  }

  static let verb = Verb(
    "copy", .choice("thing to copy", Subject.allCases),
    help: "to the terminal's clipboard: the offset at the cursor, the bytes of its page in hex, the log's last line",
    example: "copy offset"
  ) { CopyAction(subject: $0) }

  var words: [String?] { ["copy", "\(subject)"] }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let copy = session.host.copy else {
      throw CommandError("copy: no terminal is here to take it; \(remedy)")
    }
    let (text, name) = try text(in: session)
    guard text.utf8.count <= Self.limit else {
      throw CommandError("copy \(subject): \(text.utf8.count) bytes are more than terminals take at once; \(remedy)")
    }
    try copy(text)
    return .done("copied \(name)\(Self.ending)")
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }

  private static let ending = ", if the terminal takes it: it gives no answer"

  // What a copy says of itself is not what the next one is for.
  private static func isAnswer(_ event: Event) -> Bool { event.lines.first?.hasSuffix(ending) == true }

  // Some terminals drop a sequence of more than 100,000 bytes: so many are that in base64, with what is around them.
  private static let limit = 74_994

  private var remedy: String {
    switch subject {
    case .offset: "`page` prints the offset"
    case .bytes: "`read` prints the bytes of a range"
    case .line: "`status` and `page` print what they say"
    }
  }

  private func text(in session: Session) throws(CommandError) -> (text: String, name: String) {
    switch subject {
    case .offset:
      _ = try session.openFile()
      let offset = address(session.view.cursor * Alignment.page + session.view.byteCursor)
      return (offset, offset)
    case .bytes:
      let (file, page) = (try session.openFile(), session.view.cursor)
      let start = page * Alignment.page
      let wasAbsent = session.presence(ofPage: page) == .absent
      let found = try file.presentBytes(start..<start + Alignment.page)
      guard !found.bytes.isEmpty else { throw CommandError("copy bytes: the file ends before page \(page)") }
      let name = "\(counted(found.bytes.count, "byte")) of page \(page) in hex"
      return (Self.hexadecimal(found.bytes), name + (wasAbsent ? " (which brought the page into memory)" : ""))
    case .line:
      guard let event = session.log.last(where: { !Self.isAnswer($0) }) else {
        throw CommandError("copy line: the log is empty")
      }
      // One line, in which nothing can steer a shell that it is pasted into.
      let line = event.lines.map(\.visible).joined(separator: "; ")
      return (line, "\"\(line)\"")
    }
  }

  // As `find hex` takes them.
  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: bytes.count, by: 2).map { start in
      bytes[start..<min(start + 2, bytes.count)].map { hex($0, width: 2) }.joined()
    }.joined(separator: " ")
  }
}

extension Command {
  package static let copyOffset = Command(CopyAction(subject: .offset))
  package static let copyBytes = Command(CopyAction(subject: .bytes))
  package static let copyLine = Command(CopyAction(subject: .line))
}
