import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Creating and opening files")
final class OpeningTests: FolderSuite {
  @Test("A new file has its size and its blocks, and nothing else lies beside it")
  func preallocates() throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 100_000)
    let status = try Stat(folder.file("a"))
    #expect(status.size == 100_000)
    #expect(status.sizeAllocated >= 100_000)
    #expect(file.states.count == 25)
    #expect(allocator.totalSize == 100_000)
    #expect(folder.names == ["a"])
  }

  @Test("A sparse file has its size and no blocks")
  func sparse() throws {
    let (file, _) = try MmapFile.create(at: folder.file("a"), size: 1 << 30, storage: .sparse)
    #expect(try Stat(folder.file("a")).sizeAllocated == 0)
    #expect(file.size == 1 << 30)
  }

  @Test("A file that exists is not replaced unasked, and keeps its bytes")
  func doesNotReplace() throws {
    try folder.put("a", [1, 2, 3])
    try expect(.alreadyExists) { _ = try MmapFile.create(at: folder.file("a"), size: 4096) }
    #expect(try folder.bytes("a") == [1, 2, 3])
  }

  @Test("A file is replaced as a whole when that is asked for, and keeps its permissions")
  func replaces() throws {
    try folder.put("a", [1, 2, 3])
    #expect(unsafe chmod(folder.file("a").string, 0o640) == 0)
    let (file, _) = try MmapFile.create(at: folder.file("a"), size: 4096, replacing: true)
    #expect(file.size == 4096)
    #expect(try folder.bytes("a") == [UInt8](repeating: 0, count: 4096))
    #expect(try Stat(folder.file("a")).permissions.rawValue == 0o640)
    #expect(folder.names == ["a"])
  }

  @Test("A file that can't be made whole leaves nothing, and what it was to replace as it was")
  func failsWhole() throws {
    try folder.put("a", [1, 2, 3])
    for name in ["a", "b"] {
      try expect(.noSpace) { _ = try MmapFile.create(at: folder.file(name), size: 1 << 50, replacing: true) }
    }
    #expect(folder.names == ["a"])
    #expect(try folder.bytes("a") == [1, 2, 3])
  }

  @Test("A size of nothing is refused")
  func refusesNothing() throws {
    for size in [0, -1, .min] {
      try expect(.invalidSize) { _ = try MmapFile.create(at: folder.file("a"), size: size) }
    }
    #expect(folder.names.isEmpty)
  }

  @Test("An empty file, a directory, a device, a pipe and a missing file are refused by name")
  func refusesWhatCannotBeMapped() throws {
    try folder.put("empty", [])
    #expect(unsafe mkfifo(folder.file("pipe").string, 0o600) == 0)
    let cases: [(FilePath, MmapFileError.Code)] = [
      (folder.file("empty"), .emptyFile), (folder.path, .notRegularFile), ("/dev/null", .notRegularFile),
      (folder.file("pipe"), .notRegularFile), (folder.file("missing"), .system),
    ]
    for (path, code) in cases {
      try expect(code, mentioning: path.string) { _ = try MmapFile.open(at: path) }
      try expect(code, mentioning: path.string) { _ = try MmapFile.openReadOnly(at: path) }
    }
  }

  @Test("A second opener for writing is refused in the same process, until the first lets go")
  func locks() throws {
    do {
      let (file, _) = try MmapFile.create(at: folder.file("a"), size: 4096)
      try expect(.locked) { _ = try MmapFile.open(at: folder.file("a")) }
      try expect(.locked) { _ = try MmapFile.create(at: folder.file("a"), size: 1, replacing: true) }
      #expect(try MmapFile.openReadOnly(at: folder.file("a")).size == file.size)
    }
    #expect(try MmapFile.open(at: folder.file("a")).file.size == 4096)
  }

  @Test("The lock goes with the file, though a child has the descriptor still")
  func lockAndChild() throws {
    var child: Running?
    do {
      let (file, _) = try MmapFile.create(at: folder.file("a"), size: 4096)
      // A copy is not closed by exec.
      let copy = try file.descriptor.duplicate()
      child = try Running("/bin/bash", ["-c", "echo ready; read"])
      try copy.close()
      try expect(.locked) { _ = try MmapFile.open(at: folder.file("a")) }
    }
    defer { child?.end() }
    let held = try run("bash", ["-c", "ls -l /proc/\(child?.processID ?? 0)/fd"]).output
    #expect(held.contains(folder.file("a").string))
    #expect(try MmapFile.open(at: folder.file("a")).file.size == 4096)
  }

  @Test("A file opened for reading gives its bytes and takes none, not even by flushing")
  func readOnly() throws {
    try folder.put("a", [1, 2, 3])
    let before = try Stat(folder.file("a"))
    do {
      let file = try MmapFile.openReadOnly(at: folder.file("a"))
      #expect(try file.peek(0..<10) == [1, 2, 3])
      try expect(.readOnly) { try file.flush() }
      try expect(.readOnly) { try file.syncAll() }
      #expect(!file.isWritable)
    }
    let after = try Stat(folder.file("a"))
    #expect(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)
    #expect(try folder.bytes("a") == [1, 2, 3])
  }

  @Test("Opening an existing file changes nothing until a range is written")
  func openingChangesNothing() throws {
    try folder.put("a", [UInt8](repeating: 5, count: 6000))
    let (file, allocator) = try MmapFile.open(at: folder.file("a"))
    #expect(try folder.bytes("a") == [UInt8](repeating: 5, count: 6000))
    _ = allocator.allocate(4096)
    let last = try require(take: allocator.allocate(4096))
    #expect(last.byteRange == 4096..<6000)
    _ = try file.write([UInt8](repeating: 6, count: 1904), to: last)
    #expect(
      try folder.bytes("a") == [UInt8](repeating: 5, count: 4096) + [UInt8](repeating: 6, count: 1904))
  }

  @Test("A link to a file that is replaced stays a link")
  func followsLinks() throws {
    try folder.put("a", [1])
    #expect(unsafe symlink("a", folder.file("link").string) == 0)
    _ = try MmapFile.create(at: folder.file("link"), size: 10, replacing: true)
    #expect(try Stat(folder.file("link"), followTargetSymlink: false).type == .symbolicLink)
    #expect(try folder.bytes("a") == [UInt8](repeating: 0, count: 10))
  }

  @Test("A link that leads nowhere is refused for what it is, and stays")
  func danglingLinks() throws {
    #expect(unsafe symlink("nowhere", folder.file("link").string) == 0)
    try expect(.danglingLink) { _ = try MmapFile.open(at: folder.file("link")) }
    for replacing in [false, true] {
      try expect(.danglingLink) { _ = try MmapFile.create(at: folder.file("link"), size: 1, replacing: replacing) }
    }
    #expect(folder.names == ["link"])
  }

  @Test("A file that is replaced keeps permissions that the umask would take")
  func keepsAllPermissions() throws {
    try folder.put("a", [1])
    #expect(unsafe chmod(folder.file("a").string, 0o666) == 0)
    _ = try MmapFile.create(at: folder.file("a"), size: 10, replacing: true)
    #expect(try Stat(folder.file("a")).permissions.rawValue == 0o666)
  }

  @Test("Where renaming always replaces a new file still replaces nothing")
  func plainRenames() throws {
    let folder = folder
    try folder.put("there", [1, 2, 3])
    try onThreadWithPlainFiles {
      try expect(.cannotReserve, mentioning: "make the file sparse") {
        _ = try MmapFile.create(at: folder.file("a"), size: 4096)
      }
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 4096, storage: .sparse)
      _ = try file.sync(try file.write([UInt8](repeating: 7, count: 4096), to: require(take: allocator.allocate(4096))))
      try expect(.alreadyExists) { _ = try MmapFile.create(at: folder.file("there"), size: 1, storage: .sparse) }
    }
    #expect(try folder.bytes("a") == [UInt8](repeating: 7, count: 4096))
    #expect(try folder.bytes("there") == [1, 2, 3])
    #expect(folder.names == ["a", "there"])
  }

  @Test(
    "Files that the kernel makes up as they are read are refused for what they are",
    arguments: [
      "/proc/self/status", "/proc/cpuinfo", "/sys/kernel/mm/transparent_hugepage/enabled",
      "/sys/devices/system/cpu/online",
    ])
  func madeUp(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { try skip("there is no \(path)") }
    try expect(.notRegularFile, mentioning: "copy it with `cat`") { _ = try MmapFile.openReadOnly(at: FilePath(path)) }
  }

  @Test(
    "A full disk is reported as one where a write needs new blocks, and room mends it",
    .enabled(if: mayMount && isInstalled("mkfs.btrfs"), "needs mkfs.btrfs, root and a private mount namespace"))
  func fullReflinks() throws {
    let folder = folder
    try onThreadWithPrivateMounts {
      let outcome = try run(
        "bash",
        [
          "-ec",
          """
          cd \(folder.path); truncate -s 160m image; mkfs.btrfs -q -f -m single image; mkdir disk
          mount -o loop image disk || { echo skipped; exit 0; }
          cd disk; head -c 8m /dev/urandom > a; sync -f .; cp --reflink=always a b; sync -f .
          dd if=/dev/urandom of=fill bs=1M status=none || dd if=/dev/urandom of=rest bs=4k status=none || true; sync -f .
          """,
        ])
      if outcome.output.contains("skipped") { try skip("this kernel has no btrfs") }
      defer { try? unmount(folder.file("disk")) }
      let (file, allocator) = try MmapFile.open(at: folder.file("disk/a"))
      for size in [4096, 2 << 20] {
        let outcome = failure(of: file, storing: 7, in: try require(take: allocator.allocate(size)))
        let error = try #require(outcome, "\(size) bytes")
        #expect(error.code == .noSpace, "\(error)")
        guard size > 4096 else { continue }
        try FileManager.default.removeItem(atPath: folder.file("disk/fill").string)
        try run("sync", ["-f", folder.file("disk").string])
        let again = failure(of: file, storing: 7, in: try require(take: error.takeRange()))
        #expect(again == nil, "\(again.map(String.init(describing:)) ?? "")")
      }
    }
  }
}

/// What goes wrong when a range is filled and made durable.
private func failure(of file: MmapFile, storing byte: UInt8, in range: consuming AllocatedRange) -> MmapFileError? {
  do throws(MmapFileError) {
    let bytes = [UInt8](repeating: byte, count: range.byteRange.count)
    _ = try file.sync(try file.write(bytes, to: range))
    return nil
  } catch { return error }
}
