import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

@Suite("The history of the prompt")
final class HistoryTests: FolderSuite {
  private var place: FilePath { folder.path.appending("state/deeper/mmapview") }
  private var kept: [String] {
    get throws {
      let text = try String(contentsOfFile: place.appending("history").string, encoding: .utf8)
      return text.split(separator: "\n").map(String.init)
    }
  }

  @Test("Lines are there again in the next session, in a folder and a file that are no other user's")
  func isKept() throws {
    var history = History(in: place)
    #expect(history.lines.isEmpty)
    for line in ["allocate 1p", "write r1 zero", "write r1 zero", "allocate 1p"] { history.record(line) }
    #expect(History(in: place).lines == ["allocate 1p", "write r1 zero", "allocate 1p"])
    for folder in ["state", "state/deeper", "state/deeper/mmapview"] {
      #expect(try Stat(self.folder.path.appending(folder)).permissions == [.ownerReadWriteExecute])
    }
    #expect(try Stat(place.appending("history")).permissions == [.ownerReadWrite])
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.string) == ["history"])
    // As its owner has set it since.
    try run("chmod", ["640", place.appending("history").string])
    history.record("status")
    #expect(try Stat(place.appending("history")).permissions.rawValue == 0o640)
  }

  @Test("Two that run at once lose nothing of each other")
  func merges() throws {
    var (first, second) = (History(in: place), History(in: place))
    first.record("status")
    second.record("users")
    first.record("extents")
    #expect(try kept == ["status", "users", "extents"])
    #expect(first.lines == ["status", "users", "extents"])
    #expect(second.lines == ["status", "users"])
  }

  @Test("Eight that write at the same moment lose nothing either")
  func races() async throws {
    let place = place
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          var history = History(in: place)
          for line in 0..<20 { history.record("say \(writer) \(line)") }
          // One that could not get at the file in time tries again at its end.
          for _ in 0..<50 { history.save() }
        }
      }
    }
    #expect(Set(try kept).count == 160)
  }

  @Test("The newest thousand are kept")
  func isLimited() throws {
    try run("mkdir", ["-p", place.string])
    try folder.put("state/deeper/mmapview/history", Array((0..<5000).map { "goto \($0)\n" }.joined().utf8))
    var history = History(in: place)
    #expect(history.lines.count == 1000)
    #expect(history.lines.first == "goto 4000")
    history.record("status")
    #expect(try kept.count == 1000)
    #expect(try kept.suffix(2) == ["goto 4999", "status"])
  }

  @Test("Lines are added to the file that is there, which is made again when it has grown long")
  func isAppended() throws {
    try run("mkdir", ["-p", place.string])
    try folder.put("state/deeper/mmapview/history", Array((0..<999).map { "goto \($0)\n" }.joined().utf8))
    let inode = { try Stat(self.place.appending("history")).inode }
    let before = try inode()
    var history = History(in: place)
    for line in 0..<200 { history.record("say \(line)") }
    #expect(try inode() == before)
    #expect(try kept.count == 1199)
    #expect(history.lines.count == 1000)
    history.record("status")
    #expect(try kept == ["goto 200"] + Array(try kept.dropFirst()))
    #expect(try kept.count == 1000)
    #expect(try kept.suffix(2) == ["say 199", "status"])
  }

  @Test("A last line whose end was lost stays by itself")
  func tornLine() throws {
    try run("mkdir", ["-p", place.string])
    try folder.put("state/deeper/mmapview/history", Array("users\nstat".utf8))
    var history = History(in: place)
    history.record("extents")
    #expect(try kept == ["users", "stat", "extents"])
  }

  @Test("A line for which there is no room is kept later, and none in part")
  func noRoom() async throws {
    try run("mkdir", ["-p", place.string])
    try folder.put("state/deeper/mmapview/history", Array("users\n".utf8))
    await #expect(processExitsWith: .success) { [place = place.string as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 9, rlim_max: .max)
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      var history = History(in: FilePath(place))
      history.record("extents")
      let path = FilePath(place).appending("history").string
      guard try String(contentsOfFile: path, encoding: .utf8) == "users\n" else { exit(1) }
      limit.rlim_cur = .max
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      history.save()
      exit(try String(contentsOfFile: path, encoding: .utf8) == "users\nextents\n" ? 0 : 2)
    }
  }

  @Test("Without a place, or with one that can't be written, lines live in memory")
  func livesInMemory() throws {
    for place in [nil, FilePath("/proc/mmapview"), FilePath("/dev/null/mmapview")] {
      var history = History(in: place)
      history.record("status")
      #expect(history.lines == ["status"])
    }
  }

  @Test("A home that is missing is not made; a place elsewhere is")
  func missingHome() throws {
    let home = folder.file("home")
    for place in [home.appending(".local/state/mmapview"), folder.file("state/mmapview")] {
      var history = History(in: place, home: home)
      history.record("status")
      #expect(history.lines == ["status"])
    }
    #expect(folder.names == ["state"])
    try run("mkdir", [home.string])
    var history = History(in: home.appending(".local/state/mmapview"), home: home)
    history.record("status")
    #expect(try folder.bytes("home/.local/state/mmapview/history") == Array("status\n".utf8))
  }

  @Test("What can't be kept now is kept with the next line")
  func isKeptLater() throws {
    try folder.put("state", [1])
    var history = History(in: place)
    history.record("status")
    try FileManager.default.removeItem(atPath: folder.file("state").string)
    history.record("users")
    #expect(try kept == ["status", "users"])
  }

  @Test("A link is followed and stays one; a link to /dev/null keeps nothing")
  func links() throws {
    try run("mkdir", ["-p", place.string])
    try folder.put("elsewhere", Array("status\n".utf8))
    try run("ln", ["-s", folder.file("elsewhere").string, place.appending("history").string])
    var history = History(in: place)
    history.record("users")
    #expect(try folder.bytes("elsewhere") == Array("status\nusers\n".utf8))
    try run("ln", ["-sf", "/dev/null", place.appending("history").string])
    history.record("extents")
    #expect(history.lines == ["status", "users", "extents"])
    #expect(try Stat(place.appending("history"), followTargetSymlink: false).type == .symbolicLink)
  }

  @Test(
    "The place is the one of the XDG specification",
    arguments: [
      (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/mmapview"), (["HOME": "/h"], "/h/.local/state/mmapview"),
      (["XDG_STATE_HOME": "relative", "HOME": "/h"], "/h/.local/state/mmapview"),
      (["XDG_STATE_HOME": "", "HOME": ""], nil), ([:], nil),
    ])
  func places(variables: [String: String], expected: String?) {
    #expect(History.folder { variables[$0] }?.string == expected)
  }
}
