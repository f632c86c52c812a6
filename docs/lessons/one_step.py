r"""
One step, taken apart
=====================

One alternating step of a very small GAN, every array printed with its shape. The data are four points of the plane, the
noise has one number, G and D have two hidden units each. All numbers come from the library's own functions; the same lines
run inside ``GAN.step``.
"""

import numpy as np

from minigan.arrays import generator
from minigan.models.adversarial import d_grad, g_grad
from minigan.nn import SGD, LeakyReLU, Linear, Net, bce_with_logits

np.set_printoptions(precision=3, suppress=True)


def show(**arrays):
    """Name, shape and values of each array."""
    for name, array in arrays.items():
        print(f"{name} {array.shape}", np.array2string(array, prefix="    "), sep="\n    ")


# %%
# The two players
# ---------------
#
# A network is a description. Its parameters are one vector θ: first W, then b, layer by layer.

G = Net(Linear(1, 2), LeakyReLU(0.2), Linear(2, 2))
D = Net(Linear(2, 2), LeakyReLU(0.2), Linear(2, 1))
rng = generator(0)
theta_g, theta_d = G.init(rng, "float64"), D.init(rng, "float64")
print(G, D, sep="\n\n")
show(theta_g=theta_g, theta_d=theta_d)

# %%
# D sees real points and fakes
# ----------------------------
#
# Fresh noise z becomes fakes G(z). D gives every point one number, the logit l; σ(l) is D's opinion that the point is real.
# N is 4, so all these arrays have four rows.

real = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
z = rng.standard_normal((4, 1))
fake, _ = G.forward(theta_g, z)
logits_real, tape_real = D.forward(theta_d, real)
logits_fake, tape_fake = D.forward(theta_d, fake)
show(real=real, z=z, fake=fake, logits_real=logits_real, logits_fake=logits_fake)

# %%
# D's loss and its gradient
# -------------------------
#
# L_D = ½ BCE(l_real, 1) + ½ BCE(l_fake, 0). The gradient with respect to a logit is ½ (σ(l) − t) / N: negative for real points
# (their logits should grow), positive for fakes. Backward turns it into dθ.

loss_real, dlogits_real = bce_with_logits(logits_real, 1.0)
loss_fake, dlogits_fake = bce_with_logits(logits_fake, 0.0)
_, dtheta_real = D.backward(theta_d, tape_real, 0.5 * dlogits_real, want_dx=False)
_, dtheta_fake = D.backward(theta_d, tape_fake, 0.5 * dlogits_fake, want_dx=False)
dtheta_d = dtheta_real + dtheta_fake
show(dlogits_real=0.5 * dlogits_real, dlogits_fake=0.5 * dlogits_fake, dtheta_d=dtheta_d)

# %%
# The library's ``d_grad`` says the same.

loss_d, same = d_grad(D, theta_d, real, fake)
print("L_D by hand", 0.5 * loss_real + 0.5 * loss_fake, "by d_grad", loss_d)
print("largest difference of the gradients:", np.abs(dtheta_d - same).max())

# %%
# D moves
# -------
#
# Plain gradient descent, θ_D ← θ_D − η dθ_D. D's loss on the same points falls.

optimizer_d = SGD(0.5)
theta_d = optimizer_d.step(theta_d, dtheta_d)
show(theta_d=theta_d)
print("L_D before", loss_d, "after", d_grad(D, theta_d, real, fake)[0])

# %%
# G's turn: back through D, then back through G
# ---------------------------------------------
#
# Fresh noise. G wants D to say "real", so the target is 1. The gradient runs from the logits back through D to the fakes:
# ``dfake`` is, for each fake point, the direction in which L_G grows. So −dfake is the arrow along which D tells that
# point to move. D's own gradient is not computed: D stands still.

z = rng.standard_normal((4, 1))
fake, tape_g = G.forward(theta_g, z)
logits, tape_d = D.forward(theta_d, fake)
loss_g, dlogits = bce_with_logits(logits, 1.0)
dfake, _ = D.backward(theta_d, tape_d, dlogits, want_dtheta=False)
_, dtheta_g = G.backward(theta_g, tape_g, dfake, want_dx=False)
show(z=z, fake=fake, logits=logits, dlogits=dlogits, dfake=dfake, dtheta_g=dtheta_g)

# %%
# The library's ``g_grad`` says the same, and after G's move the same noise gives samples that D believes more.

loss, same = g_grad(G, theta_g, D, theta_d, z)
print("largest difference of the gradients:", np.abs(dtheta_g - same).max())
moved = SGD(0.5).step(theta_g, dtheta_g)
show(theta_g=moved, fake_after=G.forward(moved, z)[0])
print("L_G before", loss_g, "after", g_grad(G, moved, D, theta_d, z)[0])

# %%
# That was one step. ``GAN.step`` does the same, with Adam for the plain descent, and adds what is around it: checks of the
# batch, running statistics, the count of steps.
