import PageCache
import RangedMmap
import SystemPackage

// What is so, and what a script says should be.

extension Session {
  /// How many pages were written here and are not durable yet; a crash may take them.
  package var unsyncedPages: Int {
    guard let counts = file?.states.counts() else { return 0 }
    return counts[.written] + counts[.flushing]
  }

  /// What a person who leaves a file should know: that something may still be lost.
  package var farewell: String? {
    // What a lesson leaves behind is thrown away.
    guard let file, outside == nil else { return nil }
    let counts = file.states.counts()
    let pending = unsyncedPages
    var parts: [String] = []
    if pending > 0 {
      parts.append("\(counted(pending, "page")) written and not synced: the kernel writes them back in its own time")
    }
    if counts[.lost] > 0 { parts.append("\(counted(counts[.lost], "page")) lost") }
    return parts.isEmpty ? nil : "\(file.path): \(parts.joined(separator: "; "))"
  }

  func statusLine() throws(CommandError) -> String {
    let file = try openFile()
    let counts = file.states.counts()
    let states = PageState.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0)" }
    let told = file.isWritable ? ": " + states.joined(separator: ", ") : ", not ours"
    let pages = file.isWritable ? file.states.count : file.presentPages
    return "\(file.path): \(counted(pages, "page"))\(told); kernel: " + kernelSummary(file)
  }

  /// Where the open file is, in words, and when others last wrote it.
  func place(of file: MmapFile) -> String {
    let system = try? PageCache.fileSystem(of: file.descriptor)
    var parts = ["on " + (file.isDevice ? "a block device" : system?.name ?? "an unknown file system")]
    if !file.isDevice, let point = system?.mountPoint { parts[0] += " at \(point)" }
    if let inode = sampledFile?.inode { parts.append("inode \(inode)") }
    switch standing?.name {
    case nil, .kept: break
    case .deleted: parts.append("deleted")
    case .superseded: parts.append("replaced by another, without a name now")
    case .moved(let path): parts.append("renamed" + (path.map { " to \($0)" } ?? ""))
    case .replaced(let path): parts.append("replaced by another" + (path.map { ", is \($0) now" } ?? ""))
    }
    if let time = lastWritten(file) { parts.append("last written \(Moment.now.age(of: time))") }
    return parts.joined(separator: ", ")
  }

  /// When others last wrote the open file; `nil` if that is not known, and of one that is written here.
  func lastWritten(_ file: MmapFile) -> Moment? {
    guard !file.isWritable, !file.isDevice else { return nil }
    return (try? PageCache.modified(file.descriptor)).map { Moment(sinceEpoch: $0) }
  }

  func check(_ expectation: Expectation) throws(CommandError) -> Event {
    // Whoever reads the log of a run has no script beside it.
    @Sendable func failure(_ error: CommandError) -> CommandError { CommandError("expect \(expectation): \(error)") }
    let before = pending?.job
    let event: Event
    do throws(CommandError) { event = try require(expectation) } catch { throw failure(error) }
    if let begun = pending, begun.job !== before {
      pending = Pending(job: begun.job) { session throws(CommandError) in
        do throws(CommandError) { return try begun.finish(session) } catch { throw failure(error) }
      }
    }
    return event
  }

  private func require(_ expectation: Expectation) throws(CommandError) -> Event {
    switch expectation {
    case .pages(let pages, let state): try checkPages(pages, state)
    case .size(let size):
      let found = try openFile().presentSize
      guard found == size else {
        throw CommandError(
          "expected a file of \(size) bytes, found \(found); give one of that size, as with "
            + "--create \(Literal.describe(size: size))")
      }
    case .count(let state, let number):
      let file = try ownFile()
      let found = file.states.counts()[state]
      guard found == number else { throw CommandError("expected \(counted(number, "page")) \(state), found \(found)") }
    case .kernel(let name, let number, let pages, let time):
      return try checkKernel(name, number, of: pages, within: time)
    case .extents(let pages, let kind): try checkExtents(pages, kind)
    case .bytes(let offset, let bytes): try checkBytes(offset, bytes)
    case .error(let text, let command): return try checkFailure(text, command)
    }
    return .asExpected("\(expectation)")
  }

  /// The open file, of which the library has states because it is written here.
  func ownFile() throws(CommandError) -> MmapFile {
    let file = try openFile()
    guard file.isWritable else {
      throw CommandError(
        "\(file.path): is only looked at, so that no page has a state here; ask the kernel, as with "
          + "`expect kernel dirty 0`, or `open \(Word.quote(file.path.string)) write`")
    }
    return file
  }

  private func checkPages(_ pages: ClosedRange<Int>, _ state: PageState) throws(CommandError) {
    let file = try ownFile()
    guard pages.upperBound < file.states.count else {
      throw CommandError(
        "expected page \(pages.upperBound) to be \(state), but the last page is \(file.states.count - 1)")
    }
    for page in pages where file.states[page] != state {
      throw CommandError("expected page \(page) to be \(state), found \(file.states[page])")
    }
  }

  private func checkBytes(_ offset: Int, _ bytes: [UInt8]) throws(CommandError) {
    let file = try openFile()
    let place = "0x\(hex(offset, width: 1))"
    guard offset < file.size else {
      throw CommandError("expected bytes at \(place), but the file has \(counted(file.size, "byte"))")
    }
    let found = try file.look(at: offset..<offset + bytes.count)
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
    let before = pending?.job
    do throws(CommandError) { try perform(command) } catch {
      try check(error, holds: text)
      return .asExpected("\(error)")
    }
    // Of a long step only its end tells.
    if let begun = pending, begun.job !== before {
      pending = Pending(job: begun.job) { session throws(CommandError) in
        do throws(CommandError) { _ = try begun.finish(session) } catch {
          try session.check(error, holds: text)
          return .asExpected("\(error)")
        }
        throw session.unexpectedSuccess(text)
      }
      return Event(.done, [])
    }
    stopSource()
    throw unexpectedSuccess(text)
  }

  private func check(_ error: CommandError, holds text: String) throws(CommandError) {
    guard error.description.contains(text) else {
      throw CommandError("expected an error with \"\(text)\", found \"\(error)\"")
    }
  }

  private func unexpectedSuccess(_ text: String) -> CommandError {
    CommandError("expected an error with \"\(text)\", but the command succeeded")
  }
}
