import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Files under unusual names, and under none")
final class NamesTests: FolderSuite {
  private static func fill(_ file: MmapFile, _ range: consuming AllocatedRange?) throws {
    let range = try require(take: range)
    _ = try file.sync(try file.write([UInt8](repeating: 7, count: range.count), to: range))
  }

  // MARK: Leases

  @Test("A file that another program has a lease on is waited for, as open(2) does")
  func leases() throws {
    for forWriting in [true, false] {
      try folder.put("a", [1, 2, 3])
      let held = try FileDescriptor.open(folder.file("a"), .readOnly, options: .closeOnExec)
      defer { try? held.close() }
      let code = ctest_lease(held.rawValue)
      if code != 0 { try skip("no leases here: \(Errno(rawValue: code))") }
      let isHeld = Locked(true)
      Thread.detachNewThread {
        usleep(300_000)
        isHeld.withLock { $0 = false }
        _ = ctest_end_lease(held.rawValue)
      }
      let file = forWriting ? try MmapFile.open(at: folder.file("a")).file : try .openReadOnly(at: folder.file("a"))
      #expect(file.size == 3)
      #expect(isHeld.withLock { !$0 })
    }
  }

  @Test(
    "The same without /proc, where pipes are still distinguished from files",
    .enabled(if: mayMount, needsMounts))
  func withoutProc() throws {
    try folder.put("a", [1, 2, 3])
    #expect(unsafe mkfifo(folder.file("pipe").string, 0o600) == 0)
    let folder = folder
    let held = try FileDescriptor.open(folder.file("a"), .readOnly, options: .closeOnExec)
    defer { try? held.close() }
    let code = ctest_lease(held.rawValue)
    if code != 0 { try skip("no leases here: \(Errno(rawValue: code))") }
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "tmpfs", "/proc")
      Thread.detachNewThread {
        usleep(300_000)
        _ = ctest_end_lease(held.rawValue)
      }
      #expect(try MmapFile.open(at: folder.file("a")).file.size == 3)
      try expect(.notRegularFile, mentioning: "a pipe") { _ = try MmapFile.open(at: folder.file("pipe")) }
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096, replacing: true)
      try Self.fill(file, allocator.allocate(1))
    }
  }

  // MARK: Places

  @Test("A path as long as the kernel takes one leads to a file like any other")
  func longPaths() throws {
    var path = folder.path
    while path.string.utf8.count < 3800 { path.append(String(repeating: "d", count: 200)) }
    path.append(String(repeating: "e", count: 4080 - 3 - path.string.utf8.count))
    try run("mkdir", ["-p", path.string])
    path.append("a")
    #expect(path.string.utf8.count == 4080)
    for replacing in [false, true] {
      let (file, allocator) = try MmapFile.create(at: path, size: 4096, replacing: replacing)
      try Self.fill(file, allocator.allocate(1))
    }
    let (file, allocator) = try MmapFile.open(at: path)
    try Self.fill(file, allocator.allocate(1))
    #expect(try FileManager.default.contentsOfDirectory(atPath: path.removingLastComponent().string) == ["a"])
  }

  @Test("A name as long as names may be has one beside it that is shorter")
  func longNames() throws {
    let name = String(repeating: "n", count: 255)
    for replacing in [false, true] { _ = try MmapFile.create(at: folder.file(name), size: 4096, replacing: replacing) }
    #expect(folder.names == [name])
  }

  @Test(
    "A folder that may be written and not read takes files, which can be made durable",
    .enabled(if: !isOnFuse, "FUSE has no request for syncfs(2)"))
  func dropFolders() throws {
    try Self.inDropFolder(of: folder.path) { path in
      for replacing in [false, true] {
        let (file, allocator) = try MmapFile.create(at: path, size: 4096, replacing: replacing)
        try Self.fill(file, allocator.allocate(1))
        try file.syncAll()
      }
    }
    try run("chmod", ["0755", folder.file("drop").string])
    #expect(try folder.bytes("drop/a").allSatisfy { $0 == 7 })
  }

  @Test("On FUSE it takes files as well, and none is called durable", .enabled(if: mayMount, needsMounts))
  func dropFoldersOfFuse() throws {
    let path = folder.path
    try onThreadWithMounts("FUSE") {
      let system = try FuseFileSystem(in: path)
      defer { system.end() }
      try run("chmod", ["0755", path.string])
      try Self.inDropFolder(of: system.path) { path in
        let (file, allocator) = try MmapFile.create(at: path, size: 4096)
        try expect(.system, mentioning: "the directory's entry") { try Self.fill(file, allocator.allocate(1)) }
        #expect(file.states[0] == .lost)
      }
    }
  }

  /// Runs `body` with a path in a folder that may be written and not read, as an unprivileged user.
  private static func inDropFolder(of folder: FilePath, _ body: @escaping @Sendable (FilePath) throws -> Void) throws {
    let drop = folder.appending("drop")
    try run("mkdir", [drop.string])
    try run("chmod", ["0333", drop.string])
    if getuid() == 0 { try run("chown", ["65534", drop.string]) }
    try run("chmod", ["0755", folder.string])
    let become: @Sendable () -> Int32 = { getuid() == 0 ? ctest_become_user(65534) : 0 }
    try onThread(after: become) { try body(drop.appending("a")) }
  }

  @Test("Links are followed through folders and other links, from where they stand")
  func links() throws {
    try run("mkdir", [folder.file("b").string, folder.file("c").string])
    try folder.put("c/file", [1])
    for (name, target) in [("a", "b/link"), ("b/link", "../c/again"), ("c/again", folder.file("c/file").string)] {
      #expect(unsafe symlink(target, folder.file(name).string) == 0)
    }
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096, replacing: true)
    try Self.fill(file, allocator.allocate(1))
    #expect(try folder.bytes("c/file") == [UInt8](repeating: 7, count: 4096))
    for name in ["a", "b/link", "c/again"] {
      #expect(try Stat(folder.file(name), followTargetSymlink: false).type == .symbolicLink)
    }
  }

  // MARK: Files without a name

  @Test("A file in memory that never had a name is synced like any other there, and promises as little")
  func memoryFiles() throws {
    let memory = FileDescriptor(rawValue: ctest_memory_file())
    defer { try? memory.close() }
    try memory.resize(to: 8192)
    let (file, allocator) = try MmapFile.open(at: FilePath("/proc/self/fd/\(memory.rawValue)"))
    #expect(!file.isDurable)
    try Self.fill(file, allocator.allocate(4096))
    try file.syncAll()
    #expect(file.states.counts()[.flushed] == 1)
  }

  @Test("A file that is to get its name when it is whole can be synced before; then it is like any other")
  func unnamedFiles() throws {
    let fd = unsafe ctest_unnamed_file(folder.path.string)
    if fd < 0 { try skip("no O_TMPFILE here: \(Errno(rawValue: -fd))") }
    let made = FileDescriptor(rawValue: fd)
    defer { try? made.close() }
    try made.resize(to: 16384)
    let (file, allocator) = try MmapFile.open(at: FilePath("/proc/self/fd/\(fd)"))
    #expect(!file.isDurable)
    try Self.fill(file, allocator.allocate(4096))
    try file.syncAll()
    let code = unsafe ctest_name(fd, folder.file("a").string)
    #expect(code == 0)
    try Self.fill(file, allocator.allocate(4096))
    #expect(file.isDurable == !MmapFile.isInMemory(folder))
    #expect(try folder.bytes("a").prefix(8192).allSatisfy { $0 == 7 })
    // It has had a name.
    try run("rm", [folder.file("a").string])
    try expect(.deleted, mentioning: "was deleted or replaced") { try Self.fill(file, allocator.allocate(4096)) }
  }

  @Test(
    "A file that was deleted before it was opened is reported as such, and its bytes can be saved as the error says",
    arguments: ["a", "#5", " (deleted)"])
  func deletedBefore(name: String) throws {
    try folder.put(name, [UInt8](repeating: 1, count: 8192))
    let held = try FileDescriptor.open(folder.file(name), .readWrite, options: .closeOnExec)
    defer { try? held.close() }
    try run("rm", [folder.file(name).string])
    let (file, allocator) = try MmapFile.open(at: FilePath("/proc/self/fd/\(held.rawValue)"))
    if !file.isDurable, MmapFile.isInMemory(folder) { try skip("not on a disk") }
    #expect(!file.isDurable)
    do {
      try Self.fill(file, allocator.allocate(4096))
      Issue.record("a file that goes when it is closed was called durable")
    } catch let error as MmapFileError {
      #expect(error.code == .deleted)
      #expect(error.message.contains("was deleted before it was opened"), "\(error)")
      let command = try #require(error.remedy?.split(separator: "`").first { $0.hasPrefix("cp ") })
      #expect(try run("bash", ["-c", String(command).replacing("COPY", with: folder.file("copy").string)]).status == 0)
      #expect(try folder.bytes("copy").prefix(4096).allSatisfy { $0 == 7 })
    }
  }
}

/// Whether the tests' folder is on FUSE.
private let isOnFuse: Bool = {
  guard let folder = try? TemporaryFolder(), let file = try? MmapFile.create(at: folder.file("a"), size: 4096).file
  else { return false }
  return (try? PageCache.fileSystem(of: file.descriptor))?.name?.hasPrefix("fuse") == true
}()

extension MmapFile {
  /// Whether the files of a folder live in memory.
  fileprivate static func isInMemory(_ folder: TemporaryFolder) -> Bool {
    guard let file = try? MmapFile.create(at: folder.file("probe"), size: 4096).file else { return false }
    try? FileManager.default.removeItem(atPath: folder.file("probe").string)
    return !file.isDurable
  }
}
