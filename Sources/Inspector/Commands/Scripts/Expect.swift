import PageCache
import RangedMmap

extension Expectation: Action {
  static let verb = Verb(
    "expect", help: "fail unless it is so", example: "expect page 0-1 durable",
    forms: [
      Form("page", .pages, .state) { Expectation.pages($0, $1) },
      Form("size", .anySize) { Expectation.size($0) },
      Form("count", .state, .number) { Expectation.count($0, $1) },
      Form("bytes", .offset, .bytes) { Expectation.bytes(offset: $0, $1) },
      Form(
        "kernel", .somePages, .choice("count of the kernel", KernelCount.allCases), .leastNumber,
        .keyed("within", .time)
      ) { Expectation.kernel($1, $2, of: $0, within: $3 ?? .zero) },
      Form("extent", .pages, .choice("kind of extent", Extent.Kind.portable)) { Expectation.extents($0, $1) },
      Form("faulted", .pages, .keyed("within", .time)) { Expectation.faulted($0, within: $1 ?? .zero) },
      Form("stored", .pagesBeforeNumber, .leastNumber) { Expectation.stored($1, of: $0) },
      Form("storedPages", .storedPages) { Expectation.storedPages($0) },
      Form("cost", .choice("cost", CostField.allCases), .leastSize) { Expectation.cost($0, $1) },
      Form("error", .text, .attempt) { Expectation.error(text: $0, $1) },
    ])

  package var words: [String?] { ["expect", "\(self)"] }

  package var isReadOnly: Bool {
    if case .error(_, .command(let command)) = self { command.action.isReadOnly } else { true }
  }

  package func perform(in session: Session) throws(CommandError) -> Event { try session.check(self) }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    if isRacing { return .amongThreads }
    switch self {
    case .kernel, .faulted, .cost: return .ofTheMoment
    default: break
    }
    return .command(Command(self))
  }
}

extension Command {
  package static func expect(_ expectation: Expectation) -> Command { Command(expectation) }
}

extension Session {
  fileprivate func check(_ expectation: Expectation) throws(CommandError) -> Event {
    // With the expectation: a log is read without the script.
    @Sendable func failure(_ error: CommandError) -> CommandError { CommandError("expect \(expectation): \(error)") }
    let before = jobs.job
    let event: Event
    do throws(CommandError) { event = try require(expectation) } catch { throw failure(error) }
    _ = jobs.replaceEnding(unless: before) { end in
      { session throws(CommandError) in
        do throws(CommandError) { return try end(session) } catch { throw failure(error) }
      }
    }
    return event
  }

  private func require(_ expectation: Expectation) throws(CommandError) -> Event {
    switch expectation {
    case .pages(let pages, let state): try checkPages(try self.pages(pages, for: "page"), state)
    case .size(let size):
      let found = try openFile().presentSize
      guard found == size else {
        throw CommandError(
          "expected a file of \(size) bytes, found \(found); give one of that size, as with "
            + "--create \(Literal.describe(size: size))")
      }
    case .count(let state, let number):
      let file = try document.ownFile()
      let found = file.states.counts()[state]
      guard found == number else {
        throw CommandError("expected \(counted(number, "page")) \(state.word), found \(found)")
      }
    case .kernel(let name, let number, let pages, let time):
      return try checkKernel(name, number, of: try somePages(pages, for: "kernel"), within: time)
    case .extents(let pages, let kind): try checkExtents(try self.pages(pages, for: "extent"), kind)
    case .faulted(let pages, let time): return try checkFaults(try self.pages(pages, for: "faulted"), within: time)
    case .bytes(let offset, let bytes): try checkBytes(offset, bytes)
    case .stored(let number, let pages):
      return try checkStored(number, of: try somePages(pages, for: "stored").map { Range($0) })
    case .storedPages(let pages): try checkStoredPages(pages)
    case .cost(let field, let number): return try checkCost(field, number)
    case .error(let text, let command): return try checkFailure(text, command)
    }
    return .asExpected("\(expectation)")
  }

  private func checkPages(_ pages: ClosedRange<Int>, _ state: PageState) throws(CommandError) {
    let file = try document.ownFile()
    guard pages.upperBound < file.states.count else {
      throw CommandError(
        "expected page \(pages.upperBound) to be \(state.word), but the last page is \(file.states.count - 1)")
    }
    for page in pages where file.states[page] != state {
      throw CommandError("expected page \(page) to be \(state.word), found \(file.states[page].word)")
    }
  }

  private func checkBytes(_ offset: Int, _ bytes: [UInt8]) throws(CommandError) {
    let file = try openFile()
    let place = address(offset)
    guard offset < file.size else {
      throw CommandError("expected bytes at \(place), but the file has \(counted(file.size, "byte"))")
    }
    let found = try file.presentBytes(offset..<offset + bytes.count)
    guard found.bytes == bytes else {
      let words = [bytes, found.bytes].map { $0.map { hex($0, width: 2) }.joined() }
      let end = found.bytes.count < bytes.count ? ", where the file ends, after \(counted(found.end, "byte"))" : ""
      let shortfall = found.shortfall.map { "; \($0)" } ?? ""
      throw CommandError(
        "expected \(words[0]) at \(place), found \(found.bytes.isEmpty ? "nothing" : words[1])\(end)\(shortfall)")
    }
  }

  private func checkFailure(_ text: String, _ attempt: Attempt) throws(CommandError) -> Event {
    guard case .command(let command) = attempt else { return .asExpected("\(Expectation.error(text: text, attempt))") }
    let before = jobs.job
    do throws(CommandError) { try perform(command) } catch {
      try check(error, holds: text)
      return .refusedAsExpected(error)
    }
    // A long step fails or succeeds at its end.
    let goesOn = jobs.replaceEnding(unless: before) { end in
      { session throws(CommandError) in
        do throws(CommandError) { _ = try end(session) } catch {
          try session.check(error, holds: text)
          return .refusedAsExpected(error)
        }
        throw session.unexpectedSuccess(text)
      }
    }
    if goesOn { return Event(.done, []) }
    scripts.endSource()
    throw unexpectedSuccess(text)
  }

  private func check(_ error: CommandError, holds text: String) throws(CommandError) {
    // Scripts of before have the library's word for the state.
    guard
      error.description.contains(text) || error.description.contains(text.replacing("is flushed", with: "is durable"))
    else {
      throw CommandError("expected an error with \"\(text)\", found \"\(error)\"")
    }
  }

  private func unexpectedSuccess(_ text: String) -> CommandError {
    CommandError("expected an error with \"\(text)\", but the command succeeded")
  }

  private func checkKernel(
    _ wanted: KernelCount, _ number: ExpectedNumber, of pages: ClosedRange<Int>?, within time: Duration
  ) throws(CommandError) -> Event {
    let wait = KernelWait(try openFile(), wanted, number, of: pages, within: time)
    func event(_ session: Session, _ counts: KernelCell?) throws(CommandError) -> Event {
      if let counts { session.take(counts, isOfWhole: pages == nil) }
      return try wait.event(counts)
    }
    guard time > .zero else { return try event(self, try wait.run()) }
    try requireNoJob("expect kernel")
    return try jobs.start(wait.job, in: self, work: wait.run, ending: event)
  }

  private func checkCost(_ field: CostField, _ number: ExpectedNumber) throws(CommandError) -> Event {
    guard let cost = scripts.lastCost else {
      throw CommandError("nothing has cost anything yet; `touch 0` or another act comes first")
    }
    guard let found = field.of(cost) else {
      throw CommandError("expected \(number.describe(field.describe(number.value))), but that is unknown here")
    }
    guard number.matches(found) else {
      throw CommandError("expected \(number.describe(field.describe(number.value))), found \(found)")
    }
    return .asExpected(
      "\(Expectation.cost(field, number))\(number.isLeast ? ", found \(found)" : "")", isMeasured: true)
  }

  private func checkExtents(_ pages: ClosedRange<Int>, _ kind: Extent.Kind) throws(CommandError) {
    let file = try openFile()
    _ = try self.pages(pages, of: file)
    let end = min(max(file.size, file.presentSize), (pages.upperBound + 1) * PageCache.pageSize)
    if let gone = shortfall(file, Range(pages)).first {
      throw CommandError("expected \(named(Range(pages))) to be \(kind) on the disk, but \(gone)")
    }
    let extents: [Extent]
    do throws(PageCacheError) {
      extents = try PageCache.extents(ofOwn: file.descriptor, bytes: pages.lowerBound * PageCache.pageSize..<end)
    } catch { throw CommandError(unknown: error) }
    guard let other = extents.first(where: { $0.kind != kind }) else { return }
    let page = other.bytes.lowerBound / PageCache.pageSize
    throw CommandError("expected page \(page) to be \(kind) on the disk, found \(other.kind)")
  }
}

extension Extent.Kind {
  // The others depend on the file system's format.
  static let portable: [Self] = [.hole, .delayed, .unwritten, .written]
}

extension Parameter where Value == ExpectedNumber {
  fileprivate static var leastNumber: Self { expected(.leastNumber, Literal.number) }
  fileprivate static var leastSize: Self { expected(.leastSize, Literal.size) }

  private static func expected(
    _ kind: ArgumentKind, _ read: @escaping @Sendable (Word, String) throws(SyntaxError) -> Int
  ) -> Self {
    Parameter(kind) { word, what throws(SyntaxError) in
      let isLeast = word.text.last == "+"
      let digits = Word(text: String(isLeast ? word.text.dropLast() : word.text[...]), columns: word.columns)
      return ExpectedNumber(value: try read(digits, what), isLeast: isLeast)
    }
  }
}
