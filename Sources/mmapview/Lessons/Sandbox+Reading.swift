import CLesson
import CLinux
import Inspector
import PageCache
import SystemPackage

// What another program reads of a lesson's file, and what the kernel reads ahead of it.

struct FaultCount: CustomStringConvertible {
  let all: Int
  let major: Int

  init(_ cost: Cost) { (all, major) = (cost.minorFaults + cost.majorFaults, cost.majorFaults) }

  var description: String { counted(all, "fault") + ", \(major) major" }
}

extension Sandbox {
  /// Counts the faults of a mapping whose pages are read twice, or populated and then read.
  func load(
    _ name: String, isPopulated: Bool
  ) throws -> (pages: Int, first: FaultCount, second: FaultCount) {
    let size = try Int(open(name) { try $0.stat().size })
    return try unsafe withMapping(of: name, byteCount: size) { memory, _ in
      func count(_ act: () throws -> Void) rethrows -> FaultCount {
        let meter = CostMeter()
        try act()
        return FaultCount(meter.cost())
      }
      // SAFETY: the mapping has `size` bytes, here and below.
      func read() { unsafe clesson_read_each(memory.baseAddress, size) }
      // The first use of the program's own code is a fault, too.
      _ = count {}
      let first = try count {
        guard isPopulated else { return read() }
        let code = unsafe clinux_populate_for_reading(memory.baseAddress, size)
        guard code == 0 else { throw Errno(rawValue: code) }
      }
      var second = count(read)
      // Pages may be taken from a process in between, where memory is short; not five times in a row.
      for _ in 0..<5 where second.all > 0 { second = count(read) }
      return (size / PageCache.pageSize, first, second)
    }
  }

  /// How far the disk of a file reads ahead, as the kernel's setting says.
  func readahead(of name: String) throws -> String {
    let device = try open(name) { try $0.stat().deviceID.rawValue }
    let number = "\(clesson_major(device)):\(clesson_minor(device))"
    // The file system's own, the disk's, and that of the disk that a partition lies on.
    let places = ["/sys/class/bdi/\(number)", "/sys/dev/block/\(number)/queue", "/sys/dev/block/\(number)/../queue"]
    for place in places.map({ $0 + "/read_ahead_kb" }) {
      guard let file = try? FileDescriptor.open(FilePath(place), .readOnly, options: .closeOnExec) else { continue }
      defer { try? file.close() }
      if let size = file.readLines().first { return "the kernel reads ahead \(size) KiB at most here (\(place))" }
    }
    return "the kernel does not say how far it reads ahead on this file system"
  }
}
