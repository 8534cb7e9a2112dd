using Nulls.Storage;
using Nulls.Tests.Support;

namespace Nulls.Tests.Storage;

public sealed class MappedFilesTests : IDisposable
{
    private const int FileBytes = 96 << 20;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Any_part_is_read_as_written(int windowCount)
    {
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(_folder["a"], bytes);
        File.WriteAllBytes(_folder["b"], bytes[..1_070_001]);
        using var files = new MappedFiles(windowCount);
        (int Part, int Offset, int Length)[] parts = [(files.Add(_folder["a"], 0, 3_000_000), 0, 3_000_000), (files.Add(_folder["b"], 0, 1_070_001), 0, 1_070_001), (files.Add(_folder["a"], 12_345, 2_000_000), 12_345, 2_000_000)];
        var random = new Random(2);
        for (var reading = 0; reading < 2000; reading++)
        {
            var (part, offset, length) = parts[random.Next(3)];
            var start = random.Next(length);
            var read = new byte[random.Next(Math.Min(5000, length - start) + 1)];
            files.Read(part, start, read);
            Assert.Equal(bytes[(offset + start)..(offset + start + read.Length)], read);
        }
    }

    [Fact]
    public void What_lies_behind_a_part_is_not_read()
    {
        File.WriteAllBytes(_folder["a"], new byte[100]);
        using var files = new MappedFiles(2);
        var part = files.Add(_folder["a"], 10, 50);
        files.Read(part, 40, new byte[10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => files.Read(part, 41, new byte[10]));
    }

    [FactOnLinux]
    public void Reading_a_whole_file_at_random_keeps_only_its_windows_resident()
    {
        using (var file = File.Create(_folder["large"]))
        {
            for (var i = 0; i < FileBytes >> 20; i++)
                file.Write(new byte[1 << 20]);
        }

        Assert.InRange(LargestResident(windows: 8), 1, 8 << 20);
        // The measure sees what is mapped: with windows for all of it, most of it stays.
        Assert.InRange(LargestResident(windows: FileBytes >> 20), FileBytes / 2, FileBytes);

        long LargestResident(int windows)
        {
            using var mapped = new MappedFiles(windows);
            var part = mapped.Add(_folder["large"], 0, FileBytes);
            var (random, largest, bytes) = (new Random(3), 0L, new byte[100]);
            for (var reading = 0; reading < 20_000; reading++)
            {
                mapped.Read(part, random.Next(FileBytes - bytes.Length), bytes);
                if (reading % 997 == 0)
                    largest = Math.Max(largest, Resident(_folder["large"]));
            }

            return largest;
        }
    }

    public void Dispose() => _folder.Dispose();

    // The lines behind a mapping's name say how much of it is resident.
    private static long Resident(string path)
    {
        var (isOfFile, bytes) = (false, 0L);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains('/', StringComparison.Ordinal) || !line.Contains("kB", StringComparison.Ordinal))
                isOfFile = line.EndsWith(path, StringComparison.Ordinal);
            else if (isOfFile && line.StartsWith("Rss:", StringComparison.Ordinal))
                bytes += 1024 * long.Parse(line[4..^2].Trim());
        }

        return bytes;
    }
}
