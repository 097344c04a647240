import CLesson
import Glibc
import Inspector
import PageCache
import Synchronization
import SystemPackage

// File systems of a lesson's own, on mounts that no other process sees and that go with this one however it ends.

extension Sandbox {
  // Any machine has 1 MiB to spare, and stores fill it at once.
  private static let small = 1 << 20
  // Twice the image, which has room for an ext4 with a journal of 4 MiB and for the lesson's file of 1 MiB.
  private static let room = 32 << 20

  /// Mounts a file system of one MiB in memory as `small`.
  func mountSmallDisk() throws {
    let code = clesson_private_mounts()
    guard code == 0 else {
      throw CommandError(
        "a small disk can't be mounted: neither root nor namespaces of one's own are allowed here "
          + "(\(Errno(rawValue: code)))")
    }
    try mount("small", Self.small)
  }

  /// Mounts an ext4 as `failing`, on a loop device over a file in memory as `device`.
  func mountFailingDisk() throws {
    guard geteuid() == 0 else { throw CommandError("a device that fails takes root to make; try it with sudo") }
    let code = clesson_private_mounts()
    guard code == 0 else {
      throw CommandError("mounts of one's own are not allowed here (\(Errno(rawValue: code)))")
    }
    try mount("device", Self.room)
    let image = image.string
    try run(["truncate", "-s", "\(Self.room / 2)", image])
    try run(["mkfs.ext4", "-q", "-b", "4096", "-J", "size=4", "-E", "nodiscard,lazy_itable_init=0", image])
    // All of it gets its memory now: later only what is punched out can fail.
    try run(["fallocate", "-l", "\(Self.room / 2)", image])
    let place = try make("failing")
    try run(["mount", "-o", "loop,errors=continue", image, place])
    fixtures.withLock { $0.mounts.append(place) }
  }

  /// Makes the device fail each write to blocks of a file that were never written.
  ///
  /// They are punched out of the device's file, and the tmpfs that holds it is shrunk to what it uses: it can't get them back.
  /// Tables and journal go on working; a device that lost those would lose what was durable before.
  func breakDevice(for name: String) throws {
    let extents = try open(name) { file in
      try PageCache.extents(of: file, bytes: 0..<Int(try file.stat().size)).filter { $0.kind == .unwritten }
    }
    let device = try FileDescriptor.open(image, .readWrite, options: .closeOnExec)
    defer { try? device.close() }
    for extent in extents {
      guard let place = extent.physical else { continue }
      let code = clesson_punch(device.rawValue, off_t(place), off_t(extent.bytes.count))
      guard code == 0 else { throw Errno(rawValue: code) }
    }
    var info = statvfs()
    // SAFETY: it fills the structure that it is given.
    guard unsafe fstatvfs(device.rawValue, &info) == 0 else { throw Errno(rawValue: errno) }
    try resizeDevice(to: (Int(info.f_blocks) - Int(info.f_bfree)) * Int(info.f_frsize))
  }

  func mendDevice() throws { try resizeDevice(to: Self.room) }

  private var image: FilePath { folder.appending("device/image") }

  private func resizeDevice(to size: Int) throws {
    let place = image.removingLastComponent().string
    // SAFETY: the path is a C string for the length of the call.
    let code = unsafe clesson_mount_memory(place, size, true)
    guard code == 0 else { throw Errno(rawValue: code) }
  }

  private func make(_ name: String) throws -> String {
    let place = folder.appending(name).string
    // SAFETY: the path is a C string for the length of the call, here and in the calls below.
    guard unsafe mkdir(place, 0o700) == 0 else { throw Errno(rawValue: errno) }
    return place
  }

  private func mount(_ name: String, _ size: Int) throws {
    let place = try make(name)
    let code = unsafe clesson_mount_memory(place, size, false)
    guard code == 0 else { throw CommandError("a file system can't be mounted (\(Errno(rawValue: code)))") }
    fixtures.withLock { $0.mounts.append(place) }
  }

  private func run(_ words: [String]) throws {
    let (output, child) = try Child.spawn(words, input: nil)
    let lines = output.readLines()
    try? output.close()
    let status = Child.wait(child)
    guard status == 0 else { throw CommandError("\(words[0]): \(lines.first ?? "status \(status)")") }
  }
}
