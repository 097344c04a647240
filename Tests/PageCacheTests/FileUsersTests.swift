import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Who has a file open")
struct FileUsersTests {
  let folder: TemporaryFolder
  let file: FileDescriptor

  init() throws {
    folder = try TemporaryFolder()
    file = try folder.make(size: 4096)
  }

  private var path: String { folder.file("a").string }

  private func user(_ process: Int32) throws -> FileUser? {
    try PageCache.users(of: file).users.first { $0.processID == process }
  }

  /// Whether these are all users, as soon as no other test is about to start a program: until the new process runs its
  /// own program, it holds what this one does.
  private func areAll(_ processes: Set<Int32>, of file: FileDescriptor) throws -> Bool {
    for _ in 0..<10_000 {
      let found = try PageCache.users(of: file).users.map(\.processID)
      if found == processes.sorted() { return true }
      usleep(1000)
    }
    return false
  }

  @Test("This process is among them, with what its descriptors allow")
  func myself() throws {
    defer { try? file.close() }
    #expect(try areAll([getpid()], of: file))
    let own = try #require(try user(getpid()))
    #expect(own.isSelf && own.processID == getpid() && own.access == [.read, .write] && own.mapping == .none)
    let name = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8)
    #expect("\(own.name)\n" == name)
  }

  @Test(
    "A child that holds it open is found, for reading or writing as it opened it, by another name too",
    arguments: ["3<", "3>>", "3<>"])
  func child(redirection: String) throws {
    defer { try? file.close() }
    let access: FileUser.Access = ["3<": .read, "3>>": .write][redirection] ?? [.read, .write]
    let link = folder.file("link").string
    #expect(unsafe link.withCString { unsafe Foundation.link(path, $0) } == 0)
    let child = try Running("/bin/bash", ["-c", "exec \(redirection)\"$0\"; echo ready; read", link])
    let found = try #require(try user(child.processID))
    #expect(found.access == access && found.mapping == .none && found.name == "bash" && !found.isSelf)
    #expect(found.canChange == access.contains(.write))
    #expect(try areAll([getpid(), child.processID], of: file))
    child.end()
    #expect(try user(child.processID) == nil)
  }

  @Test("How a process writes is reported by its flags: past the page cache, durable at once, at the end")
  func modes() throws {
    defer { try? file.close() }
    #expect(try user(getpid())?.modes == [])
    let code =
      "import os, sys; os.open(sys.argv[1], os.O_RDONLY | os.O_APPEND); "
      + "[os.open(sys.argv[1], os.O_WRONLY | getattr(os, flag)) for flag in sys.argv[2:]]; print(1, flush=True); input()"
    if !isInstalled("python3") { try skip("needs python3, which knows the numbers of the flags here") }
    let flags: [([String], FileUser.Modes)] = [
      ([], .append), (["O_DSYNC"], .dataSynchronous), (["O_SYNC"], .synchronous),
      (["O_DSYNC", "O_APPEND"], [.dataSynchronous, .append]),
    ]
    for (names, modes) in flags {
      let child = try Running("python3", ["-c", code, path] + names)
      defer { child.end() }
      #expect(try user(child.processID)?.modes == modes, "\(names)")
    }
    for (names, common) in [(["O_DSYNC", "O_CLOEXEC"], FileUser.Modes()), (["O_DSYNC", "O_SYNC"], .dataSynchronous)] {
      let child = try Running("python3", ["-c", code, path] + names)
      defer { child.end() }
      #expect(try user(child.processID)?.commonModes == common, "\(names)")
    }
    // A file system in memory has nothing to go past to before Linux 6.6.
    guard let child = try? Running("python3", ["-c", code, path, "O_DIRECT"]) else {
      try skip("this file system allows no write by O_DIRECT")
    }
    defer { child.end() }
    #expect(try user(child.processID)?.modes == .direct)
  }

  @Test("A process whose name is nothing but the end of a line is a user like any other")
  func nameless() throws {
    defer { try? file.close() }
    let child = try Running("/bin/bash", ["-c", "exec 3<\"$0\"; echo > /proc/$$/comm; echo ready; read", path])
    defer { child.end() }
    #expect(try user(child.processID)?.name == "\n")
  }

  @Test("A child that runs it has it mapped and not open, and can't change it")
  func mapped() throws {
    try file.close()
    try run("cp", ["/bin/bash", folder.file("program").string])
    let program = try FileDescriptor.open(folder.file("program"), .readOnly, options: [.closeOnExec])
    defer { try? program.close() }
    let child = try Running(folder.file("program").string, ["-c", "echo ready; read"])
    defer { child.end() }
    let found = try #require(try PageCache.users(of: program).users.first { $0.processID == child.processID })
    #expect(found.mapping == .readOnly && found.access == [] && !found.canChange && found.name == "program")
  }

  @Test("A mapping that is shared and writable can change it, whatever the descriptors allow")
  func writable() throws {
    defer { try? file.close() }
    // SAFETY: a mapping of its own, unmapped below.
    let base = try unsafe #require(unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0))
    let mapped = try user(getpid())
    // SAFETY: no other thread has it.
    #expect(unsafe mprotect(base, 4096, PROT_READ) == 0)
    let protected = try user(getpid())
    #expect(unsafe munmap(base, 4096) == 0)
    #expect(mapped?.mapping == .writable && mapped?.canChange == true)
    #expect(protected?.mapping == .readOnly)
    #expect(try user(getpid())?.mapping == FileUser.Mapping.none)
  }

  @Test("A deleted file has users, and a new one of the same name is another")
  func deleted() throws {
    defer { try? file.close() }
    let child = try Running("/bin/bash", ["-c", "exec 3<\"$0\"; echo ready; read", path])
    defer { child.end() }
    #expect(unsafe unlink(path) == 0)
    let other = try folder.make(size: 4096)
    defer { try? other.close() }
    #expect(try PageCache.users(of: file).users.map(\.processID).contains(child.processID))
    #expect(try areAll([getpid()], of: other))
  }

  @Test(
    "A user that may not inspect a process counts it as hidden, and finds itself",
    .enabled(if: getuid() == 0, "needs root"))
  func hidden() throws {
    let file = file
    defer { try? file.close() }
    let child = try Running("/bin/bash", ["-c", "exec 3<\"$0\"; echo ready; read", path])
    defer { child.end() }
    let all = try PageCache.users(of: file)
    let some = try onThread(asUser: 61234) { try PageCache.users(of: file) }
    #expect(all.users.map(\.processID).contains(child.processID))
    #expect(some.users.map(\.processID) == [getpid()])
    #expect(some.hiddenProcesses > all.hiddenProcesses)
    // Threads of the kernel are children of the second process, and hide nothing.
    let others = try run("ps", ["-e", "-o", "pid=,ppid=,stat="]).lines.count { line in
      let words = line.split(separator: " ")
      return words[0] != "2" && words[1] != "2" && !words[2].hasPrefix("Z")
    }
    // Programs come and go between the two scans, but not as many as the kernel has threads.
    #expect(some.hiddenProcesses <= others + 40)
  }

  @Test("A mapping is found on an overlay too, whose maps show another device", .enabled(if: mayMount, needsMounts))
  func overlay() throws {
    try file.close()
    let folder = folder
    let mapping = try onThreadWithPrivateMounts { () -> FileUser.Mapping? in
      try mount("-t", "tmpfs", "tmpfs", folder.path.string)
      for name in ["lower", "upper/upper", "upper/work", "merged"] {
        try FileManager.default.createDirectory(
          atPath: folder.file("").appending(name).string, withIntermediateDirectories: true)
      }
      try mount("-t", "tmpfs", "tmpfs", folder.file("lower").string)
      try folder.put("lower/b", [UInt8](repeating: 1, count: 4096))
      let (lower, upper) = (folder.file("lower").string, folder.file("upper").string)
      try mount(
        "-t", "overlay", "-o", "lowerdir=\(lower),upperdir=\(upper)/upper,workdir=\(upper)/work", "overlay",
        folder.file("merged").string)
      let file = try FileDescriptor.open(folder.file("merged/b"), .readOnly, options: [.closeOnExec])
      defer { try? file.close() }
      // SAFETY: a mapping of its own, unmapped below.
      guard let base = unsafe mmap(nil, 4096, PROT_READ, MAP_SHARED, file.rawValue, 0) else { return nil }
      defer { _ = unsafe munmap(base, 4096) }
      return try PageCache.users(of: file).users.first { $0.isSelf }?.mapping
    }
    #expect(mapping == .readOnly)
  }
}
