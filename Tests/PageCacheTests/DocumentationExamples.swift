import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

// The code that the documentation shows, where it is compiled and run; each example stands here as it stands there.

@Suite("The examples of PageCache's documentation do what they say")
final class DocumentationExamples: FolderSuite {
  @Test("Every example stands here")
  func examplesAreCompiled() throws {
    let code = try DocumentedCode(
      in: ["Sources/PageCache"], compiledIn: ["Tests/PageCacheTests/DocumentationExamples.swift"])
    #expect(code.count >= 3, "the examples were not found")
    for example in code.missing {
      Issue.record("\(example.page) shows what no test runs:\n\(example.lines.joined(separator: "\n"))")
    }
  }

  @Test("Counts and runs are printed", .enabled(if: canAsk, needsCounts))
  func firstSteps() throws {
    let size = 8 * 4096
    let file = try folder.scattered(size, [0, 1, 2])
    defer { try? file.close() }
    func print(_ words: Any...) { said.append(words.map { "\($0)" }.joined(separator: " ")) }
    let expected = ["3 of 8 pages are in memory, 3 of them dirty", "0..<3 dirty", "3..<8 not cached"]
    var said: [String] = []
    // The kernel may write them back before it is asked.
    _ = try isGoodOnce {
      said = []
      for page in 0..<3 { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), [1]) }
      let counts = try PageCache.counts(of: file, bytes: 0..<size)
      print("\(counts.cached) of \(size / PageCache.pageSize) pages are in memory, \(counts.dirty) of them dirty")
      for run in try PageCache.runs(of: file, pages: 0..<size / PageCache.pageSize) {
        print(run.pages, run.state)
      }
      return said == expected
    }
    #expect(said == expected)
  }

  @Test("Residency takes the place of runs where cachestat(2) is forbidden", .enabled(if: canAsk, needsCounts))
  func fallback() throws {
    let file = try folder.cached([1, 2], of: 8)
    defer { try? file.close() }
    let pages = try onThread(withoutCachestat: .notPermitted) { try cachedPages(of: file, 0..<8).cached }
    #expect(pages == [1, 2])
    #expect(try cachedPages(of: file, 0..<8).cached == [1, 2])
  }

  @Test("Data is distinguished from holes, where there is no FIEMAP too, if the offset may be moved")
  func offset() throws {
    let size = 8 * 4096
    let files = [
      (try folder.scattered(size, [0, 1]), reportsHoles), (FileDescriptor(rawValue: ctest_memory_file()), true),
    ]
    for (file, isTold) in files {
      defer { try? file.close() }
      try file.resize(to: Int64(size))
      _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 1, count: 8192))
      let extents = try PageCache.extents(of: file, bytes: 0..<size, movesOffset: true)
      let data = extents.filter { $0.kind != .hole }.map(\.bytes)
      #expect(data == (isTold ? [0..<8192] : [0..<size]))
    }
  }

  @Test("Others who can change the file are named")
  func others() throws {
    let file = try folder.make(size: 4096)
    defer { try? file.close() }
    let child = try Running("/bin/bash", ["-c", "exec 3<>\"$0\"; echo ready; read", folder.file("a").string])
    defer { child.end() }
    func print(_ words: String) { said.append(words) }
    var said: [String] = []
    let found = try PageCache.users(of: file)
    for user in found.users where user.canChange && !user.isSelf {
      print("\(user.name), process \(user.processID), can change this file")
    }
    if found.hiddenProcesses > 0 { print("\(found.hiddenProcesses) processes may not be looked at") }
    #expect(said.contains("bash, process \(child.processID), can change this file"))
  }

  @Test("What a read costs is measured, and pages stay in memory as long as they are locked")
  func cost() throws {
    let file = try folder.make(size: 65536)
    defer { try? file.close() }
    func print(_ count: Int) { counts.append(count) }
    var counts: [Int] = []
    let meter = CostMeter()
    try PageCache.touch(file, pages: 3..<4)
    print(meter.cost().majorFaults)
    #expect(counts.count == 1 && meter.cost().minorFaults + meter.cost().majorFaults >= 1)
    do {
      let locked = try LockedPages(of: file, pages: 0..<16)
      #expect(locked.effect.pages == 0..<16)
    }
    func print(_ words: String) { said.append(words) }
    var said: [String] = []
    let effect = try PageCache.evict(file, pages: 0..<16)
    if let stayed = effect.after?.cached, stayed > 0 { print("\(stayed) of its pages stayed in memory") }
    #expect(said.isEmpty == (effect.after?.cached ?? 0 == 0))
  }

  @Test(
    "The pages that another process touches first are printed, until it ends",
    .enabled(if: faultRefusal == nil, "\(faultRefusal ?? "")"))
  func faults() throws {
    let file = try folder.cached([0, 1, 2, 3], of: 4)
    defer { try? file.close() }
    let toucher = try Toucher(folder.file("a"), ["write 2", "end"])
    defer { toucher.end() }
    let process = toucher.processID
    func print(_ words: String...) { said.append(words.joined(separator: " ")) }
    var said: [String] = []
    let steps = Thread {
      for _ in 0..<2 {
        usleep(500_000)
        kill(process, SIGUSR1)
      }
    }
    steps.start()
    do {
      let watch = try FaultWatch(of: file, by: process)
      var polled = pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one entry, for the length of the call.
      while !watch.hasEnded, unsafe poll(&polled, 1, -1) == 1 {
        for fault in watch.take() { print("page \(fault.page)", fault.isMajor ? "from storage" : "in memory") }
      }
      if watch.lostCount > 0 { print("\(watch.lostCount) faults came too fast to be seen") }
    }
    #expect(said == ["page 2 in memory"])
  }

  @Test("A thread that waits for events is woken by a write, and once")
  func events() throws {
    let file = try folder.make(size: 4096)
    defer { try? file.close() }
    let events = try FileEvents(of: file)
    _ = try file.writeAll(toAbsoluteOffset: 0, [1])  // or another process does
    var polled = pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one entry, for the length of the call.
    if unsafe poll(&polled, 1, 1000) == 1 { events.clear() }  // within a second, something happened
    #expect(polled.revents == Int16(POLLIN))
    // SAFETY: as above.
    #expect(unsafe poll(&polled, 1, 0) == 0)
  }
}

/// Where the kernel does not report more, which pages are cached.
func cachedPages(of file: FileDescriptor, _ pages: Range<Int>) throws(PageCacheError) -> [Range<Int>] {
  do throws(PageCacheError) {
    return try PageCache.runs(of: file, pages: pages).filter { $0.state.contains(.cached) }.map(\.pages)
  } catch .kernelTooOld, .notPermitted, .stacked {
    return try PageCache.residency(of: file, pages: pages)
  }
}
