import RangedMmap

/// Writes bytes past the mapping, by pwrite(2), as another program may.
struct PokeAction: Action {
  /// Bytes, or a text in UTF-8.
  enum Source: Sendable, Equatable {
    case bytes([UInt8])
    case text(String)

    var bytes: [UInt8] {
      switch self {
      case .bytes(let bytes): bytes
      case .text(let text): Array(text.utf8)
      }
    }
  }

  let offset: Int
  let source: Source

  static let verb = Verb(
    "poke", .offset, .source,
    help: "write bytes past the mapping, by pwrite(2), as another program may; durable pages are written ones then",
    example: "poke 0x1000 a5a5"
  ) { PokeAction(offset: $0, source: $1) }

  var words: [String?] {
    let bytes =
      switch source {
      case .bytes(let bytes): bytes.map { hex($0, width: 2) }.joined()
      case .text(let text): Word.inQuotes(text)
      }
    return ["poke", Literal.describe(offset: offset), bytes]
  }

  var isTimed: Bool { true }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.document.writableFile()
    try session.requireNoWorkers("poke")
    let bytes = source.bytes
    let end = file.presentSize
    guard bytes.count <= end, offset <= end - bytes.count else {
      let place = "poke \(Literal.describe(offset: offset)): \(counted(bytes.count, "byte")) there"
      let needed = offset.addingReportingOverflow(bytes.count)
      let remedy = needed.overflow ? "" : "; `truncate \(Literal.describe(size: needed.partialValue))` makes it longer"
      throw CommandError("\(place) would end after the file, which has \(counted(end, "byte"))\(remedy)")
    }
    return try session.poke(bytes, at: offset, file)
  }
}

extension Parameter where Value == PokeAction.Source {
  fileprivate static var source: Self {
    Parameter(.bytesOrText, .verbatim) { arguments throws(SyntaxError) in
      guard arguments.hasText else { return .bytes(try Parameter<[UInt8]>.bytes.read(&arguments)) }
      let word = try arguments.required(.bytesOrText)
      guard !word.text.isEmpty else { throw SyntaxError("an empty text has no bytes to write", at: word.columns) }
      return .text(word.text)
    }
  }
}

extension ArgumentKind {
  fileprivate static let bytesOrText = ArgumentKind(
    "HEX…|\"TEXT\"", "bytes", "bytes as pairs of hexadecimal digits, as in a5a5, or a text in \"…\"")
}

extension Session {
  fileprivate func poke(_ bytes: [UInt8], at offset: Int, _ file: MmapFile) throws(CommandError) -> Event {
    let place = offset..<offset + bytes.count
    var withdrawn: [Int] = []
    var done = 0
    while done < bytes.count {
      let start = offset + done
      // Page by page: one may be lost, and its neighbour durable until now.
      let label = document.ranges.label(ofPage: start / Alignment.page)
      let piece = start..<min((start / Alignment.page + 1) * Alignment.page, place.upperBound)
      let part = Array(bytes[done..<done + piece.count])
      var outcome: (count: Int, failure: MmapFileError?) = (0, nil)
      if let label {
        try document.ranges.update(label) { record in
          let wasDurable = record.stage == .durable
          outcome = record.poke(part, at: start, file)
          if wasDurable, record.stage != .durable { withdrawn.append(label) }
        }
      } else {
        outcome = file.writeBehind(part, at: start)
      }
      done += outcome.count
      guard let failure = outcome.failure else { continue }
      let some = done == 0 ? "" : "; \(done) of \(counted(bytes.count, "byte")) were written"
      throw CommandError("poke \(Literal.describe(offset: offset)): \(CommandError(failure))\(some)")
    }
    let pages = named(Alignment.pages(of: place))
    let line = "poked \(counted(bytes.count, "byte")) at \(address(offset)), \(pages), past the mapping"
    return .done(line + withdrawn.map { "; r\($0) is \(file.word(for: .flushed)) no longer: `sync r\($0)`" }.joined())
  }
}

extension RangeRecord {
  /// Writes bytes past the mapping; what the library calls written or durable of their pages is written then.
  fileprivate mutating func poke(
    _ bytes: [UInt8], at offset: Int, _ file: MmapFile
  ) -> (count: Int, failure: MmapFileError?) {
    var outcome: (count: Int, failure: MmapFileError?)?
    let place = offset..<offset + bytes.count
    do throws(MmapFileError) {
      switch holding.take() {
      case .flushed(let range):
        holding = .written(
          try file.withDescriptor(writing: place, of: range) { _ in outcome = file.writeBehind(bytes, at: offset) })
      case .written(let receipt):
        holding = .written(
          try file.withDescriptor(writing: place, of: receipt) { _ in outcome = file.writeBehind(bytes, at: offset) })
      case .allocated(let range): holding = .allocated(range)
      case .busy: break
      }
      if outcome != nil { history.wasWritten() }
    } catch {
      // What is lost stays so, whatever another program writes there.
      recover(from: error)
    }
    return outcome ?? file.writeBehind(bytes, at: offset)
  }
}

extension Command {
  package static func poke(_ bytes: [UInt8], at offset: Int) -> Command {
    Command(PokeAction(offset: offset, source: .bytes(bytes)))
  }
}
