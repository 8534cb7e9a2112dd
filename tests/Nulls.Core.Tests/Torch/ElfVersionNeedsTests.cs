using Nulls.Tests.Support;
using Nulls.Torch;

namespace Nulls.Tests.Torch;

public class ElfVersionNeedsTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [FactOnLinux]
    public void Making_a_version_optional_sets_its_weak_flag_and_no_other_byte()
    {
        var original = Bridge();
        var image = original.ToArray();

        Assert.Equal(1, ElfVersionNeeds.MakeOptional(image, Version));

        var changed = Assert.Single(Enumerable.Range(0, image.Length), i => image[i] != original[i]);
        Assert.Equal((0, 2), (original[changed], image[changed]));
        // The entry begins with the hash of its version's name, four bytes before the flags.
        Assert.Equal(SystemVHash(Version), BitConverter.ToUInt32(image, changed - 4));
    }

    [FactOnLinux]
    public void Making_it_optional_again_changes_nothing()
    {
        var once = Bridge();
        ElfVersionNeeds.MakeOptional(once, Version);
        var twice = once.ToArray();

        ElfVersionNeeds.MakeOptional(twice, Version);

        Assert.Equal(once, twice);
    }

    [FactOnLinux]
    public void Every_version_that_the_library_needs_is_found()
    {
        foreach (var version in (string[])["GLIBC_2.2.5", "GLIBC_2.34", "GCC_3.0", "GLIBCXX_3.4.30", "CXXABI_1.3"])
            Assert.InRange(ElfVersionNeeds.MakeOptional(Bridge(), version), 1, 2);
    }

    [FactOnLinux]
    public void A_version_that_the_library_does_not_need_is_an_error_that_names_it()
    {
        // A prefix of one that it needs.
        var thrown = Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeOptional(Bridge(), "GLIBCXX_3.4.3"));

        Assert.Contains("'GLIBCXX_3.4.3'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_library_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeOptional(default, Version));
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeOptional("#!/bin/sh\necho a script that is longer than an ELF header, by a little\n"u8.ToArray(), Version));
    }

    [FactOnLinux]
    public void A_damaged_library_is_invalid_data_or_harmless_whatever_the_damage()
    {
        var original = Bridge();
        var random = new Random(1);
        for (var run = 0; run < 1000; run++)
        {
            var image = original[..(run % 4 == 0 ? random.Next(original.Length) : original.Length)];
            // The headers and the tables behind them are where damage leads astray.
            for (var i = random.Next(20); i > 0 && image.Length > 0; i--)
                image[random.Next(Math.Min(image.Length, run % 2 == 0 ? 1024 : image.Length))] = (byte)random.Next(256);

            var thrown = Record.Exception(() => ElfVersionNeeds.MakeOptional(image, Version));

            Assert.True(thrown is null or InvalidDataException, $"Run {run} threw {thrown}");
        }
    }

    [FactOnLinux]
    public void What_is_no_library_does_not_load_from_memory_either() =>
        Assert.Throws<DllNotFoundException>(() => MemoryLibrary.Load("text", "no library"u8));

    private static byte[] Bridge() => File.ReadAllBytes(NativeFolders.Find("LibTorchSharp", NativeFolders.OfApplication())!);

    // System V ABI, figure 5-13.
    private static uint SystemVHash(string name)
    {
        var hash = 0u;
        foreach (var character in name)
        {
            hash = (hash << 4) + character;
            var high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
