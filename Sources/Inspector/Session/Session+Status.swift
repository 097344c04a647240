import PageCache
import RangedMmap
import SystemPackage

// What is so, and what a script says should be.

extension Session {
  /// How many pages were written here and are not durable yet; a crash may take them.
  public var unsyncedPages: Int {
    guard let counts = file?.states.counts() else { return 0 }
    return counts[.written] + counts[.flushing]
  }

  func statusLine() throws(CommandError) -> String {
    let file = try openFile()
    let counts = file.states.counts()
    let states = PageState.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0)" }
    return "\(file.path): \(count(file.states.count, "page")): \(states.joined(separator: ", ")); kernel: "
      + kernelSummary(file)
  }

  func statusJSON() throws(CommandError) -> String {
    let file = try openFile()
    let counts = file.states.counts()
    let states = PageState.allCases.map { "\"\($0)\":\(counts[$0])" }.joined(separator: ",")
    var kernel = "null"
    if let known = try? PageCache.counts(of: file.descriptor, bytes: 0..<file.size) {
      kernel = "{\"cached\":\(known.cached),\"dirty\":\(known.dirty),\"writeback\":\(known.writeback)}"
    }
    return "{\"file\":\(quoted(file.path.string)),\"size\":\(file.size),\"pageSize\":\(Alignment.page),"
      + "\"pages\":\(file.states.count),\"writable\":\(file.isWritable),\"states\":{\(states)},\"kernel\":\(kernel),"
      + "\"workers\":{\"running\":\(workers.running),\"operations\":\(workers.operations)}}"
  }

  func check(_ expectation: Expectation) throws(CommandError) -> Event {
    switch expectation {
    case .pages(let pages, let state): try checkPages(pages, state)
    case .size(let size):
      let file = try openFile()
      guard file.size == size else {
        throw CommandError(
          "expected a file of \(size) bytes, found \(file.size); give one of that size, as with "
            + "--create \(Literal.describe(size: size))")
      }
    case .count(let state, let number):
      let found = try openFile().states.counts()[state]
      guard found == number else { throw CommandError("expected \(count(number, "page")) \(state), found \(found)") }
    case .kernel(let name, let number, let time): return try checkKernel(name, number, within: time)
    case .bytes(let offset, let bytes): try checkBytes(offset, bytes)
    case .error(let text, let command): try checkFailure(text, command)
    }
    // What is as it should be needs no words.
    return Event(.done, [])
  }

  private func checkPages(_ pages: ClosedRange<Int>, _ state: PageState) throws(CommandError) {
    let file = try openFile()
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
    let found: [UInt8]
    guard offset < file.size else {
      throw CommandError("expected bytes at 0x\(hex(offset, width: 1)), but the file has \(file.size) bytes")
    }
    do { found = try file.peek(offset..<offset + bytes.count) } catch { throw CommandError(error) }
    guard found == bytes else {
      let words = [bytes, found].map { $0.map { hex($0, width: 2) }.joined() }
      throw CommandError("expected \(words[0]) at 0x\(hex(offset, width: 1)), found \(words[1])")
    }
  }

  private func checkFailure(_ text: String, _ attempt: Attempt) throws(CommandError) {
    guard case .command(let command) = attempt else { return }
    let before = pending?.job
    do throws(CommandError) { try perform(command) } catch {
      try check(error, holds: text)
      return
    }
    // Of a long step only its end tells.
    if let begun = pending, begun.job !== before {
      pending = Pending(job: begun.job) { session throws(CommandError) in
        do throws(CommandError) { _ = try begun.finish(session) } catch {
          try session.check(error, holds: text)
          return Event(.done, [])
        }
        throw session.unexpectedSuccess(text)
      }
      return
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

/// A string as JSON writes it.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20: result += "\\u" + hex(scalar.value, width: 4)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
