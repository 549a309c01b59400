using System.Globalization;
using static Madang.Images.Imaging.Native.LibVips;

namespace Madang.Images.Imaging.Native;

/// <summary>One operation of libvips: made by its name, given its arguments, run once.</summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    /// <summary>GLib's fundamental type of a double.</summary>
    private const nuint Double = 15 << 2;

    private readonly string name;
    private nint handle;

    public VipsOperation(string name)
    {
        VipsRuntime.Initialise();
        vips_error_clear();
        this.name = name;
        handle = vips_operation_new(name);
        if (handle == 0)
        {
            throw new VipsException(VipsRuntime.TakeErrors());
        }
    }

    /// <summary>A scalar, an enumeration by its nick, or an array of numbers with spaces between them.</summary>
    public VipsOperation Set(string argument, string value)
    {
        if (vips_object_set_argument_from_string(handle, argument, value) != 0)
        {
            var error = VipsRuntime.TakeErrors();
            Dispose();
            throw new VipsException($"{name}: {argument}={value}: {error}");
        }

        return this;
    }

    public VipsOperation Set(string argument, int value) => Set(argument, value.ToString(CultureInfo.InvariantCulture));

    public VipsOperation Set(string argument, double value) => Set(argument, value.ToString("R", CultureInfo.InvariantCulture));

    public VipsOperation Set(string argument, bool value) => Set(argument, value ? "true" : "false");

    public VipsOperation Set(string argument, VipsImage image)
    {
        var taken = false;
        image.DangerousAddRef(ref taken);
        try
        {
            return SetObject(argument, image.DangerousGetHandle());
        }
        finally
        {
            image.DangerousRelease();
        }
    }

    /// <summary>Any GObject; the operation takes a reference of its own.</summary>
    public VipsOperation SetObject(string argument, nint instance)
    {
        // A GObject starts with a pointer to its class, and a class with its type.
        var value = default(GValue);
        g_value_init(&value, **(nuint**)instance);
        g_value_set_object(&value, instance);
        g_object_set_property(handle, argument, &value);
        g_value_unset(&value);
        return this;
    }

    public VipsOperation Set(string argument, IReadOnlyList<VipsImage> images)
    {
        var value = default(GValue);
        g_value_init(&value, vips_array_image_get_type());
        vips_value_set_array_image(&value, images.Count);
        var slots = vips_value_get_array_image(&value, null);
        for (var i = 0; i < images.Count; i++)
        {
            slots[i] = g_object_ref(images[i].DangerousGetHandle());
        }

        g_object_set_property(handle, argument, &value);
        g_value_unset(&value);
        GC.KeepAlive(images);
        return this;
    }

    /// <summary>Runs it and gives its output image. Most operations only plan: pixels flow when somebody asks for them.</summary>
    public VipsImage Run(string output = "out")
    {
        using (this)
        {
            Build();
            var value = default(GValue);
            g_value_init(&value, VipsImage.Type);
            g_object_get_property(handle, output, &value);
            var image = new VipsImage(g_value_dup_object(&value));
            g_value_unset(&value);
            vips_object_unref_outputs(handle);
            return image;
        }
    }

    /// <summary>Runs an operation whose output is a number: a statistic.</summary>
    public double RunForNumber(string output = "out")
    {
        using (this)
        {
            Build();
            var value = default(GValue);
            g_value_init(&value, Double);
            g_object_get_property(handle, output, &value);
            vips_object_unref_outputs(handle);
            return g_value_get_double(&value);
        }
    }

    /// <summary>Runs an operation that has no output image: a saver.</summary>
    public void RunToEnd()
    {
        using (this)
        {
            Build();
            vips_object_unref_outputs(handle);
        }
    }

    private void Build()
    {
        var built = vips_cache_operation_build(handle);
        if (built == 0)
        {
            vips_object_unref_outputs(handle);
            throw new VipsException($"{name}: {VipsRuntime.TakeErrors()}");
        }

        g_object_unref(handle);
        handle = built;
    }

    public void Dispose()
    {
        if (handle != 0)
        {
            g_object_unref(handle);
            handle = 0;
        }
    }
}
