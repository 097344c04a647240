import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Acts on pages that other programs use")
final class PageActProgramTests: FolderSuite {
  @Test("Pages that another program maps stay, and it is named")
  func mapped() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 64 * 4096))
    let path = folder.file("a").string
    try run("sync", [path])
    let holder = try Conversation(mmapview, [path, "--headless", "--replay", "-"])
    let locked = try holder.answer(to: "lock 4-7", beginning: "locked 4 pages")
    #expect(locked != nil, "\(holder.errors)")
    let program = try Conversation(mmapview, [path, "--headless", "--replay", "-"])
    let first = try #require(try program.answer(to: "evict all", beginning: "evict"), "\(program.errors)")
    if first.contains("unknown") || first.contains("lives in memory") { try skip("no page can be evicted here") }
    // More than four where they share a large folio with others.
    let stayed = first.split(separator: " ").compactMap { Int($0) }.dropFirst(2).first ?? 0
    #expect(stayed >= 4 && first.contains("the file is mapped by mmapview \(holder.processID)"), "\(first)")
    _ = try holder.answer(to: "unlock all", beginning: "unlocked 4 pages")
    let second = try program.answer(to: "evict all", beginning: "evict")
    #expect(second == "evicted \(stayed) of \(stayed) pages")
    _ = try program.answer(to: "quit", beginning: "goodbye")
    _ = try holder.answer(to: "quit", beginning: "goodbye")
  }
}
