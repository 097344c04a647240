import CLesson
import CLinux
import Glibc
import Inspector
import Synchronization
import SystemPackage

// What `outside` in lessons does: acts of another program, or of the machine.

extension Sandbox {
  private struct Fixture: Sendable {
    let usage: String
    /// Whether what it answers differs from machine to machine.
    let isMeasured: Bool
    let act: @Sendable (Sandbox, [String]) throws -> [String]

    init(
      _ usage: String, isMeasured: Bool = false, _ act: @escaping @Sendable (Sandbox, [String]) throws -> [String]
    ) {
      (self.usage, self.isMeasured, self.act) = (usage, isMeasured, act)
    }

    var words: [Substring] { usage.split(separator: " ") }
  }

  private static let all: [Fixture] = [
    Fixture("large NAME SIZE") { sandbox, words in
      let size = try size(words[1])
      try sandbox.writeLarge(words[0], size)
      return ["another program wrote \(words[0]): \(bytes(size)) in one write, and synced it"]
    },
    Fixture("msync NAME") { sandbox, words in
      let size = try Int(sandbox.open(words[0]) { try $0.stat().size })
      let code = try unsafe sandbox.withMapping(of: words[0], byteCount: size) { memory, _ in
        // SAFETY: the mapping has `size` bytes.
        unsafe msync(memory.baseAddress, size, MS_ASYNC)
      }
      let line = "another program: msync(\(words[0]), MS_ASYNC) returned \(code)"
      return try result(line, code == 0, expected: "0")
    },
    Fixture("fsync NAME") { sandbox, words in
      if let failure = try sandbox.synchronise(words[0]) { throw failure }
      return ["another program: fsync(\(words[0])): success"]
    },
    Fixture("retry NAME") { sandbox, words in
      var answers: [String] = []
      // Two errors may be recorded: of the device, and of the file's metadata.
      while answers.count < 5 {
        let failure = try sandbox.synchronise(words[0])
        answers.append(failure.map { "\($0)" } ?? "success")
        if failure == nil { break }
      }
      let isLie = answers.count > 1 && answers.last == "success"
      // How many errors were recorded differs from kernel to kernel.
      let shown = isLie ? [answers[0], "success"] : answers
      let line = "another program: fsync(\(words[0])): " + shown.joined(separator: "; again: ")
      return try result(line, isLie, expected: "an error, and then success")
    },
    Fixture("truncate NAME SIZE") { sandbox, words in
      let size = try size(words[1])
      try sandbox.open(words[0]) { try $0.resize(to: Int64(size)) }
      return ["another program: truncate(\(words[0]), \(bytes(size)))"]
    },
    Fixture("store NAME SIZE") { sandbox, words in
      var status: Int32 = 0
      let (path, size) = (try sandbox.path(words[0]), try size(words[1]))
      // SAFETY: it fills the integer that it is given.
      let code = unsafe clesson_store_in_child(path.string, size, &status)
      guard code == 0 else { throw Errno(rawValue: code) }
      let end = status & 0x7f == 0 ? "ended well" : "was killed by signal \(status & 0x7f) (\(name(status & 0x7f)))"
      let line = "another program, with a bare mmap, stored into \(bytes(size)) of \(words[0]): it \(end)"
      return try result(line, status & 0x7f == SIGBUS, expected: "killed by SIGBUS")
    },
    Fixture("device NAME OFFSET HEX") { sandbox, words in
      let found = try sandbox.device(words[0], try size(words[1]), words[2].count / 2)
      let line = "the device itself, at \(words[1]) of \(words[0]): \(found)"
      guard found == words[2] else { throw CommandError("\(line), expected \(words[2])") }
      return [line]
    },
    Fixture("start NAME SIZE COMMAND…") { sandbox, words in
      let path = try sandbox.path(words[0])
      let child = try Child(creating: path.string, size: words[1], commands: Array(words[2...]))
      return try sandbox.lines(of: child).map { "child: " + $0.replacing(path.string, with: words[0]) }
    },
    Fixture("map NAME PAGE", isMeasured: true) { sandbox, words in
      let page = try size(words[1])
      let child = try Child(mapping: try sandbox.path(words[0]).string, page: page)
      _ = try sandbox.lines(of: child)
      return ["another program, reader \(child.processID), maps \(words[0]) and has read page \(page)"]
    },
    Fixture("load NAME", isMeasured: true) { sandbox, words in
      let counts = try sandbox.load(words[0], isPopulated: false)
      let line =
        "another program maps \(words[0]), and reads a byte of each of \(counts.pages) pages: "
        + "\(counts.first); then each again: \(counts.second)"
      return try result(line, counts.second.all == 0, expected: "no fault the second time")
    },
    Fixture("populate NAME", isMeasured: true) { sandbox, words in
      let counts = try sandbox.load(words[0], isPopulated: true)
      let line =
        "another program maps \(words[0]), and populates the mapping: \(counts.first); "
        + "then reads a byte of each of \(counts.pages) pages: \(counts.second)"
      return try result(line, counts.second.all == 0, expected: "no fault after it was populated")
    },
    Fixture("child COMMAND", isMeasured: true) { sandbox, words in
      guard let child = sandbox.fixtures.withLock({ $0.child }) else { throw CommandError("no child was started") }
      return try child.perform(words.joined(separator: " ")).map { "child: " + $0 }
    },
    Fixture("kill") { sandbox, _ in
      guard let child = sandbox.fixtures.withLock({ $0.child.take() }) else {
        throw CommandError("no child was started")
      }
      let signal = child.end()
      return ["child: killed by signal \(signal) (\(name(signal)))"]
    },
    Fixture("readahead NAME", isMeasured: true) { sandbox, words in
      [try sandbox.readahead(of: words[0])]
    },
    Fixture("break NAME") { sandbox, words in
      try sandbox.breakDevice(for: words[0])
      return ["the device broke: it takes no write any more to blocks of \(words[0]) that it has not written before"]
    },
    Fixture("mend") { sandbox, _ in
      try sandbox.mendDevice()
      return ["the device: works again"]
    },
    Fixture("leave") { sandbox, _ in
      try sandbox.leave()
      return []
    },
  ]

  func perform(_ words: [String]) throws(CommandError) -> Event {
    guard let fixture = Self.all.first(where: { $0.words.first.map(String.init) == words.first }),
      words.count >= fixture.words.count
    else {
      let known = Self.all.map { "outside \($0.usage)" }.joined(separator: " · ")
      throw CommandError("outside \(words.joined(separator: " ")): a lesson knows \(known)")
    }
    do {
      return Event(.done, try fixture.act(self, Array(words.dropFirst())), isMeasured: fixture.isMeasured)
    } catch {
      throw error as? CommandError ?? CommandError("outside \(words.joined(separator: " ")): \(error)")
    }
  }

  private static func result(_ line: String, _ isExpected: Bool, expected: String) throws -> [String] {
    guard isExpected else { throw CommandError("\(line); expected: \(expected)") }
    return [line]
  }

  private static func size(_ text: String) throws -> Int { text == "0" ? 0 : try Command.size(text) }

  private static func name(_ signal: Int32) -> String {
    switch signal {
    case SIGBUS: "SIGBUS"
    case SIGKILL: "SIGKILL"
    default: "\(signal)"
    }
  }
}

extension Sandbox {
  /// The size of the probed file: 64 KiB is a multiple of all block sizes.
  static let probeSize = 1 << 16

  /// The path of a name; one that leads out of the folder is refused.
  func path(_ name: String) throws(CommandError) -> FilePath {
    let path = FilePath(name)
    guard path.isRelative, !path.components.isEmpty, path.components.allSatisfy({ $0.kind == .regular }) else {
      throw CommandError("\(name): \(Rule.ofProgram("lessons name files in their own folder only"))")
    }
    return folder.pushing(path)
  }

  func open<Result>(_ name: String, _ body: (FileDescriptor) throws -> Result) throws -> Result {
    let file = try FileDescriptor.open(try path(name), .readWrite, options: [.closeOnExec, .noFollow])
    defer { try? file.close() }
    return try body(file)
  }

  func remove(_ name: String) {
    guard let path = try? path(name) else { return }
    // SAFETY: the C string lives as long as the closure.
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  /// Calls a closure with a file with reserved blocks, which is removed afterwards.
  ///
  /// It lies where the lesson's files will: in the file system that was mounted last, or in the folder.
  func probe<Result>(_ body: (FileDescriptor) throws -> Result) throws -> Result {
    let mounted = fixtures.withLock { $0.mounts.last.flatMap { FilePath($0).lastComponent?.string } }
    let name = (mounted.map { $0 + "/" } ?? "") + "probe"
    let file = try create(name)
    defer {
      try? file.close()
      remove(name)
    }
    let code = clinux_preallocate(file.rawValue, 0, off_t(Self.probeSize))
    // Not every file system can; the closure decides what that means.
    if code != 0 { try file.resize(to: Int64(Self.probeSize)) }
    return try body(file)
  }

  private func create(_ name: String) throws -> FileDescriptor {
    try FileDescriptor.open(
      try path(name), .readWrite, options: [.create, .truncate, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
  }

  /// The error of fsync(2) on a new descriptor, or `nil`.
  private func synchronise(_ name: String) throws -> Errno? {
    try open(name) { fsync($0.rawValue) == 0 ? nil : Errno(rawValue: errno) }
  }

  /// Makes a file by one large write, which makes large folios, and syncs it.
  func writeLarge(_ name: String, _ size: Int) throws {
    let file = try create(name)
    defer { try? file.close() }
    _ = try file.writeAll([UInt8](repeating: 0x55, count: size))
    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Maps the start of a file for writing, without a guard, while the closure runs.
  func withMapping<Result>(
    of name: String, byteCount: Int, _ body: (UnsafeMutableRawBufferPointer, FileDescriptor) throws -> Result
  ) throws -> Result {
    try open(name) { file in
      // SAFETY: a new mapping of an open file, unmapped below; no process cuts a lesson's file meanwhile.
      let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)
      guard let memory = unsafe memory, unsafe memory != UnsafeMutableRawPointer(bitPattern: -1) else {
        throw Errno(rawValue: errno)
      }
      defer { _ = unsafe munmap(memory, byteCount) }
      return try unsafe body(UnsafeMutableRawBufferPointer(start: memory, count: byteCount), file)
    }
  }

  /// Takes a child in, in the place of another, and waits until it is ready; returns what it printed.
  private func lines(of child: Child) throws -> [String] {
    _ = fixtures.withLock { exchange(&$0.child, with: child) }?.end()
    return try child.waitUntilReady()
  }

  /// The device's bytes, read past the page cache, as hexadecimal digits.
  private func device(_ name: String, _ offset: Int, _ count: Int) throws -> String {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
    defer { unsafe block.deallocate() }
    let path = try path(name)
    // SAFETY: the block has as many bytes as are read, and the alignment that direct reads need.
    let code = unsafe clesson_read_device(path.string, off_t(offset), block.baseAddress, block.count)
    guard code == 0 else { throw Errno(rawValue: code) }
    return unsafe block.prefix(count).map { hex($0, width: 2) }.joined()
  }
}
