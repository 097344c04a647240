import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

/// Why no process may watch the faults of another here, if it may not.
let faultRefusal: String? = {
  do {
    let folder = try TemporaryFolder()
    let file = try folder.make(size: 4096)
    defer { try? file.close() }
    let toucher = try Toucher(folder.file("a"), [])
    defer { toucher.end() }
    _ = try FaultWatch(of: file, by: toucher.processID)
    return nil
  } catch { return "\(error)" }
}()

@Suite("Page faults of another process", .enabled(if: faultRefusal == nil, "\(faultRefusal ?? "")"))
final class FaultWatchTests {
  // Windows of 16 pages are mapped around a page that is read.
  private static let window = 16

  private let folder: TemporaryFolder
  private let file: FileDescriptor

  init() throws {
    folder = try TemporaryFolder()
    file = try folder.cached(Array(0..<512), of: 512)
  }

  deinit { try? file.close() }

  private func steps(_ steps: [String]) throws -> (Toucher, FaultWatch) {
    let toucher = try Toucher(folder.file("a"), steps)
    return (toucher, try FaultWatch(of: file, by: toucher.processID))
  }

  private func take(_ toucher: Toucher, _ watch: FaultWatch) -> [Int] {
    #expect(toucher.step())
    return watch.take().map(\.page)
  }

  @Test("The pages that are touched first are seen, with those around them left out, by any thread")
  func touches() throws {
    let touched = [0, 3, 40, 100, 101, 300, 511]
    let list = touched.map(String.init).joined(separator: ",")
    let (toucher, watch) = try steps(["read \(list)", "read \(list)", "write 40,41", "thread 200,250"])
    let before = Duration.seconds(Date().timeIntervalSince1970)
    #expect(toucher.step())
    let faults = watch.take()
    #expect(Set(faults.map(\.page)).isSubset(of: touched))
    for page in [0, 40, 300, 511] { #expect(faults.map(\.page).contains(page), "\(page)") }
    #expect(faults.allSatisfy { $0.threadID == toucher.processID && !$0.isMajor && $0.mayBeStore })
    #expect(faults.allSatisfy { $0.time >= before - .seconds(1) && $0.time <= before + .seconds(60) })
    #expect(zip(faults, faults.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(take(toucher, watch) == [], "what was touched before makes no fault")
    #expect(Set(take(toucher, watch)).isSubset(of: [40, 41]))
    #expect(toucher.step())
    let others = watch.take()
    #expect(others.map(\.page) == [200, 250] && others.allSatisfy { $0.threadID != toucher.processID })
    #expect(!watch.hasEnded && watch.lostCount == 0)
  }

  @Test("Random lists of touches: a subset of them, and each page whose window no other touch is in")
  func randomTouches() throws {
    var generator = SystemRandomNumberGenerator()
    let rounds = (0..<40).map { _ in
      (0..<Int.random(in: 1...20, using: &generator)).map { _ in Int.random(in: 0..<512, using: &generator) }
    }
    let words = rounds.flatMap { ["read " + $0.map(String.init).joined(separator: ","), "unmap", "map"] }
    let (toucher, watch) = try steps(words)
    for touched in rounds {
      let found = Set(take(toucher, watch))
      #expect(found.isSubset(of: touched))
      for page in touched where !touched.contains(where: { $0 != page && abs($0 - page) < Self.window }) {
        #expect(found.contains(page), "page \(page) of \(touched) is missing in \(found)")
      }
      #expect(take(toucher, watch) == [] && take(toucher, watch) == [])
    }
  }

  @Test("A mapping may go, be replaced by other memory, come again, be moved, and lose a right")
  func mappings() throws {
    let (toucher, watch) = try steps([
      "read 5", "unmap", "anonymous", "map", "read 50", "move", "read 100", "protect", "read 200", "unmap",
    ])
    #expect(take(toucher, watch) == [5])
    #expect(toucher.step() && toucher.step() && toucher.step() && toucher.step())
    #expect(watch.take().map(\.page) == [50], "faults on other memory at the same addresses are none on the file")
    _ = take(toucher, watch)
    usleep(50_000)
    #expect(take(toucher, watch) == [100])
    #expect(toucher.step() && toucher.step())
    let faults = watch.take()
    #expect(faults.map(\.page) == [200] && faults.allSatisfy { !$0.mayBeStore })
    #expect(take(toucher, watch) == [])
  }

  @Test("A watch may begin before the process has mapped the file")
  func early() throws {
    let toucher = try Toucher(folder.file("a"), ["unmap", "map", "read 5,300"])
    #expect(toucher.step())
    let watch = try FaultWatch(of: file, by: toucher.processID, requiresMapping: false)
    #expect(!watch.mapsFile && watch.processName == "Toucher")
    #expect(toucher.step() && toucher.step())
    #expect(watch.take().map(\.page) == [5, 300] && watch.mapsFile)
  }

  @Test("A page that has to come from storage is a major fault")
  func major() throws {
    let (toucher, watch) = try steps(["read 256"])
    #expect(fsync(file.rawValue) == 0 && posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
    if ctest_page_state(file.rawValue, 256) & 1 != 0 { try skip("this file system keeps its pages in memory") }
    #expect(toucher.step())
    let faults = watch.take()
    #expect(faults.map(\.page) == [256] && faults.allSatisfy(\.isMajor))
  }

  @Test("What the kernel touches for the process is included where that is said")
  func systemCalls() throws {
    let (toucher, watch) = try steps(["pass 77"])
    #expect(take(toucher, watch) == (watch.includesSystemCalls ? [77] : []))
  }

  @Test("The descriptor is readable when a fault has come, and at the end of the process for good")
  func waking() throws {
    let (toucher, watch) = try steps(["read 9", "end"])
    func isReadable(within time: Int32) -> Bool {
      var polled = pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one entry, for the length of the call.
      return unsafe poll(&polled, 1, time) == 1
    }
    _ = watch.take()
    #expect(!isReadable(within: 20))
    #expect(toucher.step() && isReadable(within: 1000))
    #expect(watch.take().map(\.page) == [9] && !isReadable(within: 20) && !watch.hasEnded)
    #expect(toucher.step() && isReadable(within: 1000))
    #expect(watch.take() == [] && watch.hasEnded && isReadable(within: 0))
  }

  @Test("Faults that come faster than they are taken are counted as lost")
  func lost() throws {
    let list = (0..<512).map(String.init).joined(separator: ",")
    try #require(isInstalled("taskset"), "needs taskset, by which all faults are on one processor")
    let steps = (0..<60).flatMap { _ in ["map", "write \(list)"] } + ["map"]
    let toucher = try Toucher(folder.file("a"), steps, by: ["taskset", "-c", "0", Toucher.program])
    let watch = try FaultWatch(of: file, by: toucher.processID)
    for _ in 0..<120 { #expect(toucher.step()) }
    let seen = watch.take().count
    // How many were lost is said before the next that is not.
    #expect(toucher.step())
    _ = watch.take()
    #expect(watch.lostCount > 0 && seen + watch.lostCount >= 60 * 512)
  }

  @Test("Without rights it is done for a process of the same user, and for no other")
  func unprivileged() throws {
    try #require(getuid() == 0 && isInstalled("setpriv"))
    let path = folder.file("program").string
    try FileManager.default.copyItem(atPath: Toucher.program, toPath: path)
    try run("chmod", ["-R", "a+rwX", folder.path.string])
    let file = file
    func reason(_ process: Int32) throws -> String {
      try onThread(asUser: 65534) {
        do throws(FaultWatchError) {
          let watch = try FaultWatch(of: file, by: process)
          return watch.includesSystemCalls ? "all" : "its own"
        } catch { return "\(error)" }
      }
    }
    let own = try Toucher(
      folder.file("a"), [], by: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", path])
    defer { own.end() }
    let others = try Toucher(folder.file("a"), [])
    defer { others.end() }
    let value = try String(contentsOfFile: "/proc/sys/kernel/perf_event_paranoid", encoding: .utf8).trimming()
    switch Int(value) ?? 4 {
    case ..<2: #expect(try reason(own.processID) == "all")
    case 2: #expect(try reason(own.processID) == "its own")
    default: #expect(try reason(own.processID) == "\(FaultWatchError.refusedBySystem(paranoid: Int(value)))")
    }
    #expect(try reason(others.processID) == "\(FaultWatchError.processNotPermitted)")
  }

  @Test("What can't be watched says why")
  func errors() throws {
    func reason(_ file: FileDescriptor, _ process: Int32) -> FaultWatchError? {
      do throws(FaultWatchError) {
        _ = try FaultWatch(of: file, by: process)
        return nil
      } catch { return error }
    }
    let toucher = try Toucher(folder.file("a"), ["unmap"])
    defer { toucher.end() }
    for process in [0, -1, Int32.max] { #expect(reason(file, process) == .noSuchProcess, "\(process)") }
    let other = try folder.make("b", size: 4096)
    #expect(reason(other, toucher.processID) == .doesNotMap)
    try other.close()
    #expect(reason(other, toucher.processID) == .file(.failed(.badFileDescriptor)))
    #expect(reason(file, toucher.processID) == nil)
    #expect(toucher.step() && reason(file, toucher.processID) == .doesNotMap)
    toucher.end()
    #expect(reason(file, toucher.processID) == .noSuchProcess)
  }
}

extension String {
  fileprivate func trimming() -> String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
